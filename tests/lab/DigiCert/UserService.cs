using System.Globalization;
using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>Users (seats) and passcodes.</summary>
internal sealed class UserService(Account account, Ledger ledger)
{
    private const string Done = "0";
    private static readonly XNamespace U = Wire.Users;

    public XElement CreateOrUpdateUser(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.CreateOrUpdateUser);
        lock (ledger.Gate)
        {
            XElement[] statuses = [.. request.Elements(U + "userInformation").Select(information =>
            {
                string seat = Text(information, "seatId")!;
                if (!ledger.Users.TryGetValue(seat, out User? user))
                {
                    ledger.Users.Add(seat, user = new User { Seat = seat });
                }
                user.FirstName = Text(information, "firstName") ?? user.FirstName;
                user.LastName = Text(information, "lastName") ?? user.LastName;
                user.Email = Text(information, "emailAddress") ?? user.Email;
                user.Desk = Text(information, "deskPhoneNumber") ?? user.Desk;
                user.Mobile = Text(information, "mobilePhoneNumber") ?? user.Mobile;
                user.Attributes = [.. information.Elements(U + "userAttribute").Select(one => (Text(one, "name")!, Text(one, "value")!))];
                return new XElement(U + "userCreationStatus", new XElement(U + "seatId", seat), new XElement(U + "statusCode", Done));
            })];
            return Response("createOrUpdateUserResponse", request, scenario, statuses);
        }
    }

    public XElement GetUser(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.GetUser);
        lock (ledger.Gate)
        {
            User user = Find(Text(request, "seatId")!);
            var information = new XElement(U + "userInformation",
                new XElement(U + "seatId", user.Seat),
                Optional("firstName", user.FirstName), Optional("lastName", user.LastName), Optional("emailAddress", user.Email),
                Optional("deskPhoneNumber", user.Desk), Optional("mobilePhoneNumber", user.Mobile),
                user.Attributes.Select(one => new XElement(U + "userAttribute", new XElement(U + "name", one.Name), new XElement(U + "value", one.Value))));
            XElement[] certificates = Text(request, "getUserCertificate") is "true" or "1"
                ? [.. ledger.All.Where(one => one.Seat == user.Seat && one.Status == "VALID").Select(one => new XElement(U + "userCertificate", Convert.ToBase64String(one.Der)))]
                : [];
            return Response("getUserInformationResponse", request, scenario, information, certificates.Length == 0 ? null : new XElement(U + "userValidCertificates", certificates));
        }
    }

    public XElement DeleteUser(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.DeleteUser);
        return Response("deleteUserResponse", request, scenario, Delete(Text(request, "seatId")!, Text(request, "revocationReason")));
    }

    public XElement BulkDeleteUser(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.BulkDeleteUser);
        string? reason = Text(request, "revocationReason");
        return Response("bulkDeleteUserResponse", request, scenario, request.Elements(U + "seatId").Select(seat => Delete(seat.Value, reason)).ToArray<object?>());
    }

    public XElement CreateOrUpdatePasscode(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.CreateOrUpdatePasscode);
        lock (ledger.Gate)
        {
            XElement[] statuses = [.. request.Elements(U + "passcodeInformation").Select(information =>
            {
                (string seat, string profile) = (Text(information, "seatId")!, Text(information, "certificateProfileOid")!);
                if (!account.Profiles.Any(one => one.Oid == profile))
                {
                    throw new Fault("TD-OID-UNKNOWN", Wire.NotUnderstood);
                }
                Find(seat);
                DateTimeOffset now = DateTimeOffset.UtcNow;
                string code = Text(information, "passcode") ?? Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(5));
                var passcode = new Passcode(seat, profile, code, Text(information, "passcodeStatus") ?? "NEW", now.AddDays(7), now);
                ledger.Passcodes[(seat, profile)] = passcode;
                return new XElement(U + "passcodeCreationStatus", Describe(passcode), new XElement(U + "statusCode", Done));
            })];
            return Response("createOrUpdatePasscodeResponse", request, scenario, statuses);
        }
    }

    public XElement GetPasscode(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.GetPasscode);
        lock (ledger.Gate)
        {
            return ledger.Passcodes.TryGetValue((Text(request, "seatId")!, Text(request, "certificateProfileOid")!), out Passcode? passcode)
                ? Response("getPasscodeInformationResponse", request, scenario, Describe(passcode))
                : throw new Fault("TD-PASSCODE", "There is no passcode for this seat and profile.");
        }
    }

    private static XElement Describe(Passcode passcode) =>
        new(U + "passcodeInformation",
            new XElement(U + "passcode", passcode.Code),
            new XElement(U + "numberOfBadAttempts", 0),
            new XElement(U + "passcodeStatus", passcode.Status),
            new XElement(U + "expiryDateTime", Time(passcode.Expiry)),
            new XElement(U + "creationDateTime", Time(passcode.Created)),
            new XElement(U + "seatId", passcode.Seat),
            new XElement(U + "certificateProfileOid", passcode.Profile));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private XElement Delete(string seat, string? reason)
    {
        lock (ledger.Gate)
        {
            bool known = ledger.Users.Remove(seat);
            int revoked = 0;
            foreach (IssuedCertificate certificate in known ? ledger.All.Where(one => one.Seat == seat && one.State != "REVOKED") : [])
            {
                (certificate.State, certificate.Reason, certificate.RevokedAt) = ("REVOKED", reason ?? "Unspecified", DateTimeOffset.UtcNow);
                revoked++;
            }
            return new XElement(U + "deleteUserStatus",
                new XElement(U + "status", known ? "SUCCESS" : "FAILURE"), new XElement(U + "errorCode", known ? Done : "TD-USER-UNKNOWN"),
                new XElement(U + "seatId", seat), new XElement(U + "revocationCount", revoked));
        }
    }

    private User Find(string seat) => ledger.Users.GetValueOrDefault(seat) ?? throw new Fault("TD-USER-UNKNOWN", $"The user {seat} is not registered.");

    private XElement Response(string name, XElement request, Scenario scenario, params object?[] content) =>
        new(U + name, Transaction.Echo(request, U, scenario), new XElement(U + "serverTransactionID", ledger.NextTransaction()), content, new XElement(U + "version", "1.0"));

    private static XElement? Optional(string name, string? value) => value is null ? null : new XElement(U + name, value);

    private static string? Text(XElement parent, string name) => parent.Element(U + name)?.Value;
}
