using System.Net.Http.Headers;
using System.Xml.Linq;
using CertBroker.Lab.Common;
using Microsoft.AspNetCore.Http;
using CommonFault = CertBroker.Lab.Common.Fault;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>The services under their paths: who asks, what the request meets, who answers.</summary>
internal sealed class MicrosoftCaDouble
{
    private sealed record Service(string Name, ClientAuthentication Authentication);

    private readonly Dictionary<string, Service> services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Recorder recorder;
    private readonly ScenarioQueue scenarios;

    public MicrosoftCaDouble(CertificationAuthority authority, Recorder recorder, ScenarioQueue scenarios)
    {
        (Authority, this.recorder, this.scenarios) = (authority, recorder, scenarios);
        foreach (ClientAuthentication authentication in new[] { ClientAuthentication.Kerberos, ClientAuthentication.UsernamePassword, ClientAuthentication.Certificate })
        {
            services[PolicyPath(authentication)] = new Service("policy", authentication);
        }
        foreach (Endpoint endpoint in Endpoints)
        {
            services[Uri.UnescapeDataString(endpoint.Path)] = new Service("enrollment", endpoint.Authentication);
        }
        Policy = new PolicyService(authority, Endpoints);
        Enrollment = new EnrollmentService(authority);
        Pages = new WebEnrolment(authority);
    }

    /// <summary>As a CA's msPKI-Enrollment-Servers lists them; the anonymous one takes renewals only.</summary>
    public static Endpoint[] Endpoints { get; } =
    [
        new(ClientAuthentication.Anonymous, EnrollmentPath(ClientAuthentication.Anonymous), null, RenewalOnly: true),
        new(ClientAuthentication.Kerberos, EnrollmentPath(ClientAuthentication.Kerberos), 1, RenewalOnly: false),
        new(ClientAuthentication.UsernamePassword, EnrollmentPath(ClientAuthentication.UsernamePassword), 2, RenewalOnly: false),
        new(ClientAuthentication.Certificate, EnrollmentPath(ClientAuthentication.Certificate), 3, RenewalOnly: false),
    ];

    public CertificationAuthority Authority { get; }
    public PolicyService Policy { get; }
    public EnrollmentService Enrollment { get; }
    public WebEnrolment Pages { get; }

    public static string PolicyPath(ClientAuthentication authentication) => $"/ADPolicyProvider_CEP_{authentication}/service.svc/CEP";

    public static string EnrollmentPath(ClientAuthentication authentication) => $"/{Uri.EscapeDataString(EnterpriseCa.Name)}_CES_{authentication}/service.svc/CES";

    public async Task Handle(HttpContext http)
    {
        Exchange exchange = await Exchange.Read(http, recorder);
        PathString path = http.Request.Path;
        try
        {
            if (WebEnrolment.IsHere(path))
            {
                await Browse(exchange);
            }
            else if (services.TryGetValue(path.Value ?? "", out Service? service))
            {
                await Call(exchange, service);
            }
            else
            {
                throw new HttpRefusal(404, "404 - File or directory not found.");
            }
        }
        catch (HttpRefusal refusal)
        {
            http.Response.Headers.WWWAuthenticate = refusal.Challenges;
            exchange.Record.FaultMessage = refusal.Message;
            await exchange.Send(refusal.Status, "text/html", refusal.Page());
        }
    }

    private async Task Browse(Exchange exchange)
    {
        exchange.Record.Service = "certsrv";
        exchange.Record.Operation = WebEnrolment.Operation(exchange.Http.Request.Path);
        exchange.ContentType = "text/html; Charset=utf-8";
        Account caller = Authority.Accounts.Basic(exchange.Http.Request.Headers.Authorization) ?? throw Unauthorized;
        Take(exchange);
        if (!await Trouble.Before(exchange))
        {
            await Pages.Answer(exchange, caller);
        }
    }

    private async Task Call(Exchange exchange, Service service)
    {
        HttpContext http = exchange.Http;
        exchange.Record.Service = service.Name;
        exchange.ContentType = Wire.ContentType;
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            throw new HttpRefusal(405, "405 - HTTP verb used to access this page is not allowed.");
        }
        // Who is refused by the web server has not reached the service.
        Account? caller = service.Authentication switch
        {
            ClientAuthentication.Certificate => Authority.Accounts.ByCertificate(http.Connection.ClientCertificate),
            ClientAuthentication.Kerberos => Authority.Accounts.Basic(http.Request.Headers.Authorization) ?? throw Unauthorized,
            _ => null,
        };
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out MediaTypeHeaderValue? type) || type.MediaType != "application/soap+xml" || type.CharSet?.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase) == false)
        {
            throw new HttpRefusal(415, $"415 - Cannot process the message because the content type '{http.Request.ContentType}' was not the expected type 'application/soap+xml; charset=utf-8'.");
        }
        string address = $"https://{http.Request.Host}{http.Request.Path.ToUriComponent()}";
        Message? message = null;
        SoapFault? unreadable = null;
        try
        {
            message = Message.Read(exchange.Record.Body, address);
            exchange.Record.Operation = service.Name == "policy" ? message.Body.Name.LocalName : EnrollmentService.Operation(message.Body);
        }
        catch (SoapFault fault)
        {
            unreadable = fault;
        }
        Take(exchange);
        if (!await Trouble.Before(exchange))
        {
            await Process(exchange, service, message, unreadable, caller, address);
        }
    }

    private async Task Process(Exchange exchange, Service service, Message? message, SoapFault? unreadable, Account? caller, string address)
    {
        Scenario scenario = exchange.Scenario;
        try
        {
            if (scenario.Is("soap-fault"))
            {
                int code = scenario.Number("code", 0);
                throw new SoapFault(scenario.Text("message", "A fault that the test asked for."))
                {
                    Action = Wire.EnrollmentFault, ErrorCode = code == 0 ? null : code, InvalidRequest = scenario.Text("invalid", "") is { Length: > 0 } invalid ? bool.Parse(invalid) : null,
                };
            }
            if (message is null)
            {
                throw unreadable!;
            }
            if (service.Authentication == ClientAuthentication.UsernamePassword)
            {
                caller = message.LogOn(Authority.Accounts);
            }
            else if (message.Security is not null)
            {
                throw SoapFault.Sender("The header Security is not understood.");
            }
            string answer = service.Name == "policy" ? AskPolicy(exchange, message, caller!) : AskEnrollment(exchange, message, caller, address);
            await Trouble.Deliver(exchange, 200, answer);
        }
        catch (Exception error) when (error is SoapFault or CommonFault)
        {
            SoapFault fault = error as SoapFault ?? SoapFault.Sender(error.Message);
            exchange.Record.FaultCode = fault.ErrorCode is int code ? $"0x{code:x8}" : fault.Subcode?.Name ?? fault.Value;
            exchange.Record.FaultMessage = fault.Message;
            await Trouble.Deliver(exchange, scenario.Number("status", 500), Reply.WriteFault(fault, message?.Id, scenario));
        }
    }

    private string AskPolicy(Exchange exchange, Message message, Account caller)
    {
        if (message.Body.Name != Wire.Policy + "GetPolicies" || message.Action != Wire.GetPolicies)
        {
            throw SoapFault.Sender($"There is no operation with the action {message.Action} and the element {message.Body.Name}.");
        }
        XElement body = Policy.GetPolicies(message.Body, caller, exchange.Http.Request.Host.Value!, exchange.Scenario);
        return Reply.Write(Wire.GetPolicies + "Response", message, body, exchange.Scenario);
    }

    private string AskEnrollment(Exchange exchange, Message message, Account? caller, string address)
    {
        if (message.Body.Name != Wire.Trust + "RequestSecurityToken")
        {
            throw SoapFault.Sender($"There is no operation with the element {message.Body.Name}.");
        }
        return Reply.Write(Wire.RequestTokenResponse, message, Enrollment.RequestToken(message, caller, address, exchange.Scenario), exchange.Scenario);
    }

    private void Take(Exchange exchange)
    {
        exchange.Scenario = scenarios.Take(exchange.Record.Service, exchange.Record.Operation);
        exchange.Record.Scenario = exchange.Scenario.Name;
    }

    /// <summary>Negotiate is offered, as IIS does; without a domain nobody can go through with it, so that Basic is what gets in.</summary>
    private static HttpRefusal Unauthorized => new(401, "401 - Unauthorized: Access is denied due to invalid credentials.") { Challenges = ["Negotiate", "Basic realm=\"localhost\""] };
}
