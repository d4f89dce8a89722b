#!/usr/bin/env python3
"""docs/troubleshooting.md: the checks of Test-CBAuthority and Test-CBConnector, and the connector's own troubleshooting
table with the check, the error id and the test that answer each row. Every id and every test named must exist.
usage: check-troubleshooting.py [--write]"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
string = r'"((?:[^"\\]|\\.)*)"'
row = re.compile(r"CERTBROKER_CHECK_KIND\(\s*\w+,\s*" + r",\s*".join([string] * 5) + r"\)")
problems = []


def plain(text):
    return text.replace('\\"', '"').replace("\\\\", "\\")


checks = [[plain(part) for part in found] for found in row.findall((root / "native/src/issuance/checks.def").read_text())]
if len(checks) != (root / "native/src/issuance/checks.def").read_text().count('\nCERTBROKER_CHECK_KIND('):
    problems.append("native/src/issuance/checks.def: a row could not be read")
# The providers' own rows: a table {"id", "title"} in their sources.
own = {}
for path in sorted((root / "plugins").glob("*/*.cpp")):
    provider = path.parent.name
    for identity, title in re.findall(r'\{' + string + r',\s*' + string + r'\}', path.read_text()):
        if identity.startswith(provider + "."):
            own[identity] = (provider, title)
known = {check[0] for check in checks} | set(own)
errors = set()
for path in list((root / "native/src").glob("*/errors.def")) + list((root / "plugins").glob("*/errors.def")) + [root / "powershell/src/errors.def"]:
    errors |= set(re.findall(r'CERTBROKER_ERROR\(\s*\w+,\s*"([^"]+)"', path.read_text()))
tests = "\n".join(p.read_text(errors="replace") for p in (root / "tests").rglob("*")
                  if p.suffix in (".cpp", ".cs") and "bin" not in p.parts and "obj" not in p.parts)

# The connector's troubleshooting table: what it says, our checks, our error ids, what we say in its place, the tests.
CONNECTOR = [
    ("Unable to sign in with the Intune tenant admin account on NDES Connector UI.", [], [],
     "Does not arise: there is no sign-in to a cloud service, and no connector that could be disabled there.", []),
    ("NDES Connector certificate could not be found. System.ArgumentNullException: Value can't be null.",
     ["certificate.thumbprint", "certificate.present"], ["DigiCert.ClientCertificate"],
     "Failed to get client certificate: the thumbprint and the stores that were looked in are named.",
     ["The certificate must be there, and the machine's store is the place for it", "T5_a_thumbprint_that_is_none_one_that_is_nowhere_and_one_without_its_key_are_three_causes"]),
    ("NDES Connector - IssuePfx - Generic Exception: System.NullReferenceException", [], ["Http.Broken", "DigiCert.Unreachable"],
     "Nothing is restarted. What is passing (a cut connection, a 503) is told as such, the request stays in the journal, and Receive-CBCertificate or Request-CBCertificate -RequestId takes it further.",
     ["Refused_and_can_be_sent_again", "Issued_but_the_answer_was_lost"]),
    ("DigiCert Provider - Failed to get DigiCert policy. The operation has timed out.",
     ["http.answer", "network.connection", "digicert.policy"], ["DigiCert.PolicyTimeout", "DigiCert.Timeout", "Http.Timeout"],
     "The operation has timed out: who did not answer, within how many milliseconds, and the setting timeout-ms that says so.",
     ["A server that does not answer runs into the time-out of its settings", "T4_time_out", "T4_a_service_that_does_not_answer"]),
    ("DigiCert Provider - Failed to get client certificate.",
     ["certificate.thumbprint", "certificate.present"], ["DigiCert.ClientCertificate"],
     "Failed to get client certificate: thumbprint and stores; not malformed, found in a user's store only, or not found at all are three rows.",
     ["A thumbprint is read as people paste it, and refused when it is none", "T5_no_client_certificate"]),
    ("DigiCert Provider - Failed to get DigiCert policy. The request was aborted: Could not create SSL/TLS secure channel. (1: the service may not read the private key)",
     ["certificate.access", "certificate.account"], ["Store.KeyUnusable", "DigiCert.ClientCertificate"],
     "The key is proven by a signature; with -ServiceAccount the key's list of accounts is read.",
     ["A certificate without its private key is told from one whose key cannot be used"]),
    ("… (2: a wrong base service FQDN)",
     ["network.name", "tls.server"], ["Http.Resolve", "Http.ServerTrust", "DigiCert.SecureChannel", "DigiCert.Unreachable"],
     "A name that nobody knows, a server that cannot be reached and a server of another name are three rows.",
     ["A name that nobody knows is told from a server that cannot be reached", "A server that is not trusted, or belongs to another name, fails at TLS", "T6_wrong_service_names", "T6_the_servers_certificate_is_not_good"]),
    ("… (3: no private key)",
     ["certificate.key", "tls.client"], ["Http.ClientCertificate", "DigiCert.ClientCertificate"],
     "The certificate has no private key here; and what the server says of no certificate, or a wrong one, also after a handshake of TLS 1.3.",
     ["A server that wants a certificate and gets none, or a wrong one, refuses it: before or after the handshake", "T5_client_certificate_without_its_key", "T6_the_server_refuses_the_client_certificate"]),
    ("DigiCert Provider - Failed to get DigiCert policy. A request element is not understood.",
     ["template", "digicert.profile"], ["DigiCert.UnknownProfile", "DigiCert.ProfileMissing"],
     "The OID is named, with where to find the right one in the DigiCert portal.", ["T7_unknown_profile_told_by_a_fault_of_any_shape", "T7_an_oid_that_nobody_knows_and_what_is_none"]),
    ("DigiCert Provider - Policy verification failed. The attribute doesn't fall under the DigiCert supported certificate template attributes list.",
     ["template.request", "digicert.attributes", "digicert.key-size"], ["DigiCert.PolicyVerification"],
     "Policy verification failed: attribute and profile are named, and nothing was sent.", ["A_name_of_a_form_that_the_profile_has_not", "B_mandatory_variable_that_nothing_fills", "G_nothing_that_looks_like_an_address", "H_other_name_missing"]),
    ("Some user devices are not receiving PKCS certificates from the DigiCert CA.",
     ["digicert.special-characters"], ["DigiCert.NameCharacters"],
     "The first or last name with the character DigiCert refuses is named, with the cure: a Common Name field in place of mail_firstname and mail_lastname.", ["T9_special_characters_in_first_and_last_names_are_told_with_the_connectors_cure"]),
    ("User manually deleted already deployed certificate from the device.", [], [],
     "Export-CBPfxCertificate again: the same certificate and key, no new request; Get-CBIssuance shows each delivery.", ["A_user_gets_a_certificate_and_a_pfx_and_the_pfx_again_without_a_request"]),
]
for message, ids, wrong, _, names in CONNECTOR:
    problems += [f"'{message[:40]}': there is no check {i}" for i in ids if i not in known]
    problems += [f"'{message[:40]}': there is no error {i}" for i in wrong if i not in errors]
    problems += [f"'{message[:40]}': no test has the name {i}" for i in names if i not in tests]
for identity in known:
    if f'"{identity}"' not in tests:
        problems.append(f"the check {identity} is seen by no test")


def listed(items):
    return ", ".join(f"`{item}`" for item in items) or "–"


lines = ["# Troubleshooting", "",
         "Made by `tests/checks/check-troubleshooting.py --write` from `native/src/issuance/checks.def` and the providers' sources; do not edit.", "",
         "Begin with `Test-CBAuthority <name> -Template <template>`, for a connection to DigiCert `Test-CBConnector`. Each row has an id, what was seen,",
         "the cause and what to do; `-ReportPath` writes a page to send on. Errors have ids too: [errors.md](errors.md). What a request went through is",
         "in the journal (`Get-CBIssuance`), the exchange with the CA is shown by `-Trace`, and the log has its events: [events.md](events.md).", "",
         "## The checks", "",
         "In this order; what cannot be told because of an earlier one is skipped with that reason. They are the same for every provider, as far as its",
         "protocol has the thing: no row about a client certificate where none is used.", "",
         "| Id | What is checked | How | What to do when it fails |", "| --- | --- | --- | --- |"]
of_templates = [check for check in checks if check[0].startswith(("template.names", "template.esc", "authority.esc"))]
lines += [f"| `{i}` | {title} | {tried} | {remedy} |" for i, title, tried, remedy, _ in checks if i not in {check[0] for check in of_templates}]
for provider in sorted({p for p, _ in own.values()}):
    lines += ["", f"Of the provider [{provider}](providers/{provider}.md), after the others:", "", "| Id | What is checked |", "| --- | --- |"]
    lines += [f"| `{i}` | {title} |" for i, (p, title) in own.items() if p == provider]
lines += ["", "## What Test-CBTemplate looks for", "",
          "A template that lets a requester name somebody else makes anybody an administrator. The names are those of the advisory \"Certified Pre-Owned\" and",
          "its sequels. Providers give the facts as attributes of a template (`Get-CBCertificateProfile`); where they do not, the template's rules are looked at,",
          "under `template.names` and without an advisory's name. Who may enrol stands in the directory, which is not asked.", "",
          "| Id | What is looked for | How | What to do |", "| --- | --- | --- | --- |"]
lines += [f"| `{i}` | {title} | {tried} | {remedy} |" for i, title, tried, remedy, _ in of_templates]
lines += ["", "## What Microsoft's connector says, and what to look at here", "",
          "The troubleshooting table of \"Set up Intune Certificate Connector for DigiCert PKI Platform\", row by row. Test-CBConnector shows the",
          "connector's message beside its own (ConnectorMessage).", "",
          "| The connector's message | Checks | Error ids | Here | Tests |", "| --- | --- | --- | --- | --- |"]
lines += [f"| {message} | {listed(ids)} | {listed(wrong)} | {here} | {'; '.join(names) or '–'} |" for message, ids, wrong, here, names in CONNECTOR]
document = "\n".join(lines) + "\n"
target = root / "docs/troubleshooting.md"
if "--write" in sys.argv:
    target.write_text(document)
elif not target.exists() or target.read_text() != document:
    problems.append("docs/troubleshooting.md is not up to date: run tests/checks/check-troubleshooting.py --write")
for line in problems:
    print(line)
print(f"check-troubleshooting: {len(checks)} checks, {len(own)} of providers, {len(CONNECTOR)} rows of the connector, {len(problems)} problems")
sys.exit(1 if problems else 0)
