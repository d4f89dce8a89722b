using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CertBroker.Lab.Common;

/// <summary>A rule for the text of an element: null when it is right, else what is wrong.</summary>
internal delegate string? TextRule(string text);

/// <summary>One step of a sequence: a child, or one of several children.</summary>
internal abstract record Step;

internal sealed record Choice(Child[] Of) : Step;

internal sealed record Child(string Name, int Min, int Max, TextRule? Text = null, Step[]? Content = null) : Step
{
    public const int Any = int.MaxValue;
    public bool Nillable { get; init; }
    public string[] Attributes { get; init; } = [];

    /// <summary>Another namespace than the parent's: how WS-Trust's element wraps the service's own.</summary>
    public XNamespace? In { get; init; }
}

/// <summary>Checks XML against tables such as DigiCert/Schemas.cs: order, number, text and attributes, all strictly.</summary>
internal static partial class Shape
{
    private static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";

    public static Child One(string name, TextRule? text = null, Step[]? content = null) => new(name, 1, 1, text, content);
    public static Child Maybe(string name, TextRule? text = null, Step[]? content = null) => new(name, 0, 1, text, content);
    public static Child Many(string name, int min, int max, TextRule? text = null, Step[]? content = null) => new(name, min, max, text, content);
    public static Choice Either(params Child[] of) => new(of);

    public static TextRule OneOf(params string[] values) => text => values.Contains(text) ? null : $"'{text}' is none of {string.Join(", ", values)}";
    public static TextRule AtMost(int length) => text => text.Length <= length ? null : $"is {text.Length} characters long; {length} are allowed";
    public static string? NotEmpty(string text) => text.Length > 0 ? null : "is empty";
    public static string? Version(string text) => VersionPattern().IsMatch(text) ? null : $"'{text}' is no version";
    public static string? Boolean(string text) => text is "true" or "false" or "1" or "0" ? null : $"'{text}' is no boolean";
    public static string? Integer(string text) => int.TryParse(text, out _) ? null : $"'{text}' is no int";
    public static string? Long(string text) => long.TryParse(text, out _) ? null : $"'{text}' is no long";
    public static string? DateTime(string text) => System.DateTime.TryParse(text, out _) ? null : $"'{text}' is no dateTime";
    public static string? Language(string text) => LanguagePattern().IsMatch(text) ? null : $"'{text}' is no language";
    public static string? Base64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _) ? null : "is no base64";

    /// <summary>Throws a fault that names the element and what is wrong with it.</summary>
    public static void Check(XElement element, Child rule)
    {
        CheckAttributes(element, rule);
        if (element.Attribute(Instance + "nil") is XAttribute nil && nil.Value is "true" or "1")
        {
            if (!rule.Nillable)
            {
                throw Fault.Schema($"{rule.Name} must not be nil.");
            }
            if (element.Nodes().Any())
            {
                throw Fault.Schema($"{rule.Name} is nil and has content.");
            }
            return;
        }
        if (rule.Content is null)
        {
            if (element.HasElements)
            {
                throw Fault.Schema($"{rule.Name} must be text.");
            }
            if (rule.Text?.Invoke(element.Value) is string wrong)
            {
                throw Fault.Schema($"{rule.Name} {wrong}.");
            }
            return;
        }
        if (element.Nodes().OfType<XText>().Any(text => !string.IsNullOrWhiteSpace(text.Value)))
        {
            throw Fault.Schema($"{rule.Name} has text between its elements.");
        }
        CheckSequence(element, rule.Content);
    }

    private static void CheckSequence(XElement parent, Step[] steps)
    {
        XElement[] children = [.. parent.Elements()];
        int at = 0;
        foreach (Step step in steps)
        {
            Child rule = step as Child ?? ((Choice)step).Of.FirstOrDefault(one => at < children.Length && Is(children[at], parent, one)) ?? ((Choice)step).Of[0];
            int found = 0;
            while (found < rule.Max && at < children.Length && Is(children[at], parent, rule))
            {
                Check(children[at], rule);
                found++;
                at++;
            }
            if (found < rule.Min)
            {
                string there = at < children.Length ? $"'{children[at].Name}' stands" : "nothing more stands";
                throw Fault.Schema($"In {parent.Name.LocalName} '{Names(step)}' is required where {there}.");
            }
        }
        if (at < children.Length)
        {
            throw Fault.Schema($"In {parent.Name.LocalName} there is no place for '{children[at].Name}' here (unknown, out of order, or too many).");
        }
    }

    private static bool Is(XElement element, XElement parent, Child rule) => element.Name == (rule.In ?? parent.Name.Namespace) + rule.Name;

    private static string Names(Step step) => step is Child child ? child.Name : string.Join(" or ", ((Choice)step).Of.Select(one => one.Name));

    private static void CheckAttributes(XElement element, Child rule)
    {
        foreach (XAttribute attribute in element.Attributes())
        {
            if (!attribute.IsNamespaceDeclaration && attribute.Name.Namespace != Instance && !rule.Attributes.Contains(attribute.Name.LocalName))
            {
                throw Fault.Schema($"{rule.Name} has no attribute '{attribute.Name}'.");
            }
        }
    }

    [GeneratedRegex(@"^\d{1,3}\.\d{0,3}\z")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\z")]
    private static partial Regex LanguagePattern();
}
