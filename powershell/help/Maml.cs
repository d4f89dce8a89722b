using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace CertBroker.Help;

/// <summary>The help file that Get-Help reads: CertBroker.dll-Help.xml.</summary>
internal static class Maml
{
    private static readonly XNamespace Msh = "http://msh";
    private static readonly XNamespace MamlNs = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace CommandNs = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static string Write(IReadOnlyList<CommandHelp> commands)
    {
        var root = new XElement(Msh + "helpItems", new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", MamlNs), new XAttribute(XNamespace.Xmlns + "command", CommandNs), new XAttribute(XNamespace.Xmlns + "dev", Dev),
            commands.Select(Command));
        var text = new StringBuilder();
        using (XmlWriter writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            new XDocument(new XComment(" Made by powershell/help from the commands' documentation comments. Do not edit. "), root).Save(writer);
        }
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + text + "\n";
    }

    private static XElement Command(CommandHelp help)
    {
        string[] name = help.Name.Split('-', 2);
        return new XElement(CommandNs + "command",
            new XElement(CommandNs + "details",
                new XElement(CommandNs + "name", help.Name),
                new XElement(CommandNs + "verb", name[0]),
                new XElement(CommandNs + "noun", name[1]),
                Described([help.Synopsis])),
            Described(help.Description),
            new XElement(CommandNs + "syntax", help.Syntax.Select(set =>
                new XElement(CommandNs + "syntaxItem", new XElement(MamlNs + "name", help.Name), set.Parameters.Select(parameter => Parameter(parameter, inSyntax: true))))),
            new XElement(CommandNs + "parameters", help.Parameters.Select(parameter => Parameter(parameter, inSyntax: false))),
            new XElement(CommandNs + "inputTypes", help.Inputs.Select(type => new XElement(CommandNs + "inputType", TypeOf(type.Name), Described(type.Description)))),
            new XElement(CommandNs + "returnValues", help.Outputs.Select(type => new XElement(CommandNs + "returnValue", TypeOf(type.Name), Described(type.Description)))),
            help.Notes.Count == 0 ? null : new XElement(MamlNs + "alertSet", new XElement(MamlNs + "alert", Paras(help.Notes))),
            new XElement(CommandNs + "examples", help.Examples.Select((example, index) => new XElement(CommandNs + "example",
                new XElement(MamlNs + "title", $"--------- Example {index + 1}: {example.Title} ---------"),
                new XElement(Dev + "code", example.Code),
                new XElement(Dev + "remarks", Paras(example.Remarks))))),
            new XElement(CommandNs + "relatedLinks", help.Links.Select(link => new XElement(MamlNs + "navigationLink",
                new XElement(MamlNs + "linkText", link.Text), new XElement(MamlNs + "uri", link.Uri)))));
    }

    private static XElement Parameter(ParameterHelp parameter, bool inSyntax)
    {
        var element = new XElement(CommandNs + "parameter",
            new XAttribute("required", Bool(parameter.Mandatory)), new XAttribute("variableLength", "true"), new XAttribute("globbing", "false"),
            new XAttribute("pipelineInput", parameter.PipelineInput), new XAttribute("position", parameter.Position?.ToString() ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(MamlNs + "name", parameter.Name), Described(Text(parameter)));
        if (inSyntax && parameter.Values.Count > 0)
        {
            element.Add(new XElement(CommandNs + "parameterValueGroup", parameter.Values.Select(value => Value(value))));
        }
        if (!(inSyntax && parameter.IsSwitch))
        {
            element.Add(Value(parameter.Type));
        }
        element.Add(TypeOf(parameter.Type), new XElement(Dev + "defaultValue", parameter.Default ?? (parameter.IsSwitch ? "False" : "None")));
        return element;
    }

    private static IReadOnlyList<string> Text(ParameterHelp parameter) =>
        parameter.Values.Count == 0 ? parameter.Description : [.. parameter.Description, "Possible values: " + string.Join(", ", parameter.Values)];

    private static XElement Value(string text) =>
        new(CommandNs + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), text);

    private static XElement TypeOf(string name) => new(Dev + "type", new XElement(MamlNs + "name", name), new XElement(MamlNs + "uri"));
    private static XElement Described(IEnumerable<string> paragraphs) => new(MamlNs + "description", Paras(paragraphs));
    private static IEnumerable<XElement> Paras(IEnumerable<string> paragraphs) => paragraphs.Select(text => new XElement(MamlNs + "para", text));
    private static string Bool(bool value) => value ? "true" : "false";
}
