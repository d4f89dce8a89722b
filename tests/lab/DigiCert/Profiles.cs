using System.Text.Json;
using System.Text.Json.Serialization;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>One part of a subject or of the alternative names: variables that the requester sends, or a fixed value.</summary>
internal sealed record Slot
{
    public required string Label { get; init; }
    public string[] Variables { get; init; } = [];
    public string? Fixed { get; init; }
    public bool Mandatory { get; init; }

    /// <summary>Of an other name: its base64 is of the "bytes", or of "hex-text".</summary>
    public string Encoding { get; init; } = "bytes";
}

internal sealed record Seat
{
    public string Variable { get; init; } = "seat_id";
    public bool Mandatory { get; init; } = true;
}

internal sealed record Profile
{
    public required string Oid { get; init; }
    public required string Name { get; init; }

    /// <summary>For readers of the file.</summary>
    public string Why { get; init; } = "";

    public string Ca { get; init; } = "user";
    public int KeySize { get; init; } = 2048;

    /// <summary>The key algorithm's OID; null: RSA, and the policy does not say so.</summary>
    public string? Algorithm { get; init; }

    public int ValidityDays { get; init; } = 365;
    public int RenewalDays { get; init; } = 30;
    public bool OverrideValidity { get; init; }
    public Slot[] Subject { get; init; } = [];
    public Slot[] San { get; init; } = [];

    /// <summary>null: the profile has no seat.</summary>
    public Seat? Seat { get; init; } = new();

    /// <summary>"attribute" or "property": where the policy says that a variable is mandatory.</summary>
    public string MandatoryIn { get; init; } = "attribute";

    /// <summary>false: the policy answers subjectNameInfo and extensions nil.</summary>
    public bool Listed { get; init; } = true;

    public string Delivery { get; init; } = "PKCS7";
    public bool Escrow { get; init; }

    /// <summary>"automatic", "manual", or "polls": issued at the poll with the number of <see cref="Polls"/>.</summary>
    public string Approval { get; init; } = "automatic";

    public int Polls { get; init; }
    public bool RegisterUser { get; init; }
    public bool Publish { get; init; }
    public string? Duplicates { get; init; }
    public string Status { get; init; } = "ACTIVE";

    [JsonIgnore]
    public string DeliveryUri => Delivery switch { "X509v3" => Wire.X509v3, "PKCS12" => Wire.Pkcs12, _ => Wire.Pkcs7 };

    /// <summary>Every nameValuePair the profile takes; the value is whether it must come.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, bool> Variables => variables ??= FindVariables();

    private Dictionary<string, bool>? variables;

    private Dictionary<string, bool> FindVariables()
    {
        var found = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (Slot slot in Subject.Concat(San))
        {
            foreach (string variable in slot.Variables)
            {
                found[variable] = slot.Mandatory || found.GetValueOrDefault(variable);
            }
        }
        if (Seat is not null)
        {
            found[Seat.Variable] = Seat.Mandatory;
        }
        if (Publish)
        {
            found["publish_flag"] = false;
        }
        if (OverrideValidity)
        {
            found["overrideValidityDays"] = false;
        }
        return found;
    }
}

internal sealed record IssuingCa
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string Type { get; init; } = "private";

    /// <summary>An intermediate CA between this one and the root.</summary>
    public string? Below { get; init; }
}

/// <summary>The account: its profiles and its CAs, read from profiles.json.</summary>
internal sealed record Account
{
    [JsonPropertyName("account")]
    public required string Id { get; init; }

    [JsonPropertyName("accountName")]
    public required string Name { get; init; }

    public required IssuingCa[] Cas { get; init; }
    public required Profile[] Profiles { get; init; }

    /// <exception cref="ArgumentException">The file is not what it should be; the message says where.</exception>
    public static Account Read(string path)
    {
        Account account;
        try
        {
            var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
            };
            account = JsonSerializer.Deserialize<Account>(File.ReadAllBytes(path), options) ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"{path}: {error.Message}");
        }
        foreach (Profile profile in account.Profiles)
        {
            foreach (Slot slot in profile.Subject.Where(slot => !CertificateText.KnowsAttribute(slot.Label)))
            {
                throw new ArgumentException($"{path}: profile {profile.Oid}: there is no name attribute '{slot.Label}'");
            }
            foreach (Slot slot in profile.San.Where(slot => slot.Label is not ("rfc822Name" or "otherNameUPN" or "otherName" or "dnsName")))
            {
                throw new ArgumentException($"{path}: profile {profile.Oid}: there is no alternative name '{slot.Label}'");
            }
            if (!account.Cas.Any(ca => ca.Id == profile.Ca))
            {
                throw new ArgumentException($"{path}: profile {profile.Oid}: there is no CA '{profile.Ca}'");
            }
        }
        return account;
    }
}
