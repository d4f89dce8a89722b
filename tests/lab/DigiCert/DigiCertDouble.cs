using System.Net.Http.Headers;
using System.Xml.Linq;
using CertBroker.Lab.Common;
using Microsoft.AspNetCore.Http;

namespace CertBroker.Lab.DigiCert;

/// <summary>The four SOAP services under /pki-ws/: paths, actions and body elements, and what the control interface adds for them.</summary>
internal sealed class DigiCertDouble
{
    private delegate XElement Operation(XElement request, Scenario scenario);

    /// <summary>The element of an operation's body, its SOAPAction, and what answers it.</summary>
    private sealed record Route(string Element, XNamespace Of, string Action, Operation Answer);

    private sealed record Service(string Name, Route[] Routes);

    private readonly Dictionary<string, Service> services;
    private readonly Recorder recorder;
    private readonly ScenarioQueue scenarios;
    private readonly Ledger ledger = new();
    private readonly Issuer issuer;
    private readonly ManagementService management;

    public DigiCertDouble(Account account, Cas cas, Recorder recorder, ScenarioQueue scenarios)
    {
        (Account, Cas, this.recorder, this.scenarios) = (account, cas, recorder, scenarios);
        issuer = new Issuer(cas, ledger);
        management = new ManagementService(account, ledger);
        var policy = new PolicyService(account, cas, ledger);
        var enrollment = new EnrollmentService(account, ledger, issuer);
        var users = new UserService(account, ledger);
        const string trusted = "RequestSecurityToken";
        services = new Dictionary<string, Service>(StringComparer.Ordinal)
        {
            ["/pki-ws/policyService"] = new("policy", [new("getPolicies", Wire.Policy, Wire.Policy.NamespaceName + "/requestPolicies", policy.GetPolicies)]),
            ["/pki-ws/enrollmentService"] = new("enrollment",
            [
                new(trusted, Wire.Trust, Wire.Enrollment.NamespaceName + "/requestSecurityToken", enrollment.RequestSecurityToken),
                new(trusted, Wire.Trust, Wire.Enrollment.NamespaceName + "/requestSecurityToken2", enrollment.RequestSecurityToken2),
            ]),
            ["/pki-ws/certificateManagementService"] = new("management",
            [
                new("updateCertificateStatusRequest", Wire.Management, Wire.Management.NamespaceName + "/updateCertificateStatus", management.UpdateStatus),
                new("bulkUpdateCertificateStatusRequest", Wire.Management, Wire.Management.NamespaceName + "/bulkUpdateCertificateStatus", management.BulkUpdateStatus),
                new("searchCertificateRequest", Wire.Management, Wire.Management.NamespaceName + "/searchCertificate", management.Search),
                new("requestKeyRecoveryMessage", Wire.Management, Wire.Management.NamespaceName + "/keyRecovery", management.KeyRecovery),
            ]),
            // Its binding declares no action.
            ["/pki-ws/userManagementService"] = new("users",
            [
                new("createOrUpdateUserRequest", Wire.Users, "", users.CreateOrUpdateUser),
                new("getUserInformationRequest", Wire.Users, "", users.GetUser),
                new("deleteUserRequest", Wire.Users, "", users.DeleteUser),
                new("bulkDeleteUserRequest", Wire.Users, "", users.BulkDeleteUser),
                new("createOrUpdatePasscodeRequest", Wire.Users, "", users.CreateOrUpdatePasscode),
                new("getPasscodeInformationRequest", Wire.Users, "", users.GetPasscode),
            ]),
        };
    }

    public Account Account { get; }
    public Cas Cas { get; }
    public Ledger Ledger => ledger;
    public Issuer Issuer => issuer;
    public ManagementService Management => management;

    public async Task Handle(HttpContext http)
    {
        Exchange exchange = await Exchange.Read(http, recorder);
        if (!services.TryGetValue(http.Request.Path.Value ?? "", out Service? service))
        {
            await exchange.Send(404, "text/plain", "There is nothing here.\n");
            return;
        }
        exchange.Record.Service = service.Name;
        if (HttpMethods.IsGet(http.Request.Method) && http.Request.Query.ContainsKey("wsdl"))
        {
            exchange.Scenario = Taken(exchange, service, operation: "wsdl");
            if (!await Trouble.Before(exchange))
            {
                await Trouble.Deliver(exchange, 200, WsdlStub(service, http));
            }
            return;
        }
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "POST";
            await exchange.Send(405, "text/plain", "POST only.\n");
            return;
        }
        await Post(exchange, service);
    }

    private async Task Post(Exchange exchange, Service service)
    {
        XElement? body = null;
        Fault? fault = null;
        try
        {
            body = Soap.ReadBody(exchange.Record.Body);
            exchange.Record.Operation = body.Name.LocalName;
        }
        catch (Fault unreadable)
        {
            fault = unreadable;
        }
        Scenario scenario = exchange.Scenario = Taken(exchange, service, exchange.Record.Operation);
        if (await Trouble.Before(exchange))
        {
            return;
        }
        if (!IsXml(exchange.Http.Request.ContentType))
        {
            await exchange.Send(415, "text/plain", "The content type must be text/xml.\n");
            return;
        }
        try
        {
            if (scenario.Is("fault"))
            {
                throw new Fault("TD-ASKED-FOR", "A fault that the test asked for.");
            }
            if (fault is not null)
            {
                throw fault;
            }
            XElement answer = Find(service, body!, exchange.Record.SoapAction).Answer(body!, scenario);
            await Trouble.Deliver(exchange, 200, Soap.Write(answer, scenario, Prefixes(answer)));
        }
        catch (Fault refused)
        {
            exchange.Record.FaultCode = refused.Code;
            exchange.Record.FaultMessage = refused.Message;
            await Trouble.Deliver(exchange, scenario.Number("status", 500), Soap.WriteFault(refused, scenario));
        }
    }

    private Scenario Taken(Exchange exchange, Service service, string? operation)
    {
        Scenario scenario = scenarios.Take(service.Name, operation);
        exchange.Record.Scenario = scenario.Name;
        return scenario;
    }

    private static Route Find(Service service, XElement body, string? action)
    {
        Route[] named = [.. service.Routes.Where(route => body.Name == route.Of + route.Element)];
        if (named.Length == 0)
        {
            throw Fault.Schema($"The service has no operation with the element '{body.Name}'.");
        }
        if (action is null || action.Length < 2 || action[0] != '"' || action[^1] != '"')
        {
            throw Fault.Schema("The header SOAPAction is missing or not quoted.");
        }
        return named.FirstOrDefault(route => route.Action == action[1..^1])
            ?? throw Fault.Schema($"The SOAPAction {action} and the element {body.Name.LocalName} do not agree.");
    }

    private static bool IsXml(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && type.MediaType == "text/xml"
        && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static (string, XNamespace)[] Prefixes(XElement answer) =>
        answer.Name.Namespace == Wire.Trust ? [("t", Wire.Trust), ("e", Wire.Enrollment)]
        : answer.Name.Namespace == Wire.Policy ? [("p", Wire.Policy)]
        : answer.Name.Namespace == Wire.Users ? [("u", Wire.Users)]
        : []; // management answers in its default namespace

    private static string WsdlStub(Service service, HttpContext http)
    {
        XNamespace wsdl = "http://schemas.xmlsoap.org/wsdl/", soap = "http://schemas.xmlsoap.org/wsdl/soap/";
        return new XElement(wsdl + "definitions", new XAttribute("targetNamespace", service.Routes[0].Of),
            new XElement(wsdl + "service", new XAttribute("name", service.Name),
                new XElement(wsdl + "port", new XAttribute("name", service.Name + "SOAP"),
                    new XElement(soap + "address", new XAttribute("location", $"https://{http.Request.Host}{http.Request.Path}"))))).ToString();
    }
}
