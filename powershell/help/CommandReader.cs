using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Xml.Linq;

namespace CertBroker.Help;

/// <summary>Asks a real engine what the commands are, and the documentation comments what they mean.</summary>
internal sealed class CommandReader(string assemblyPath)
{
    private readonly DocComments comments = new(Path.ChangeExtension(assemblyPath, ".xml"));
    private readonly List<string> gaps = [];

    /// <summary>What is not documented; a build with gaps fails.</summary>
    public IReadOnlyList<string> Gaps => gaps;

    public IReadOnlyList<CommandHelp> Read()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        using Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddCommand("Import-Module").AddParameter("Name", assemblyPath).AddParameter("ErrorAction", "Stop").AddStatement()
            .AddCommand("Get-Command").AddParameter("Module", Path.GetFileNameWithoutExtension(assemblyPath)).AddParameter("CommandType", CommandTypes.Cmdlet);
        return [.. shell.Invoke<CmdletInfo>().OrderBy(command => command.Name, StringComparer.Ordinal).Select(Read)];
    }

    private CommandHelp Read(CmdletInfo command)
    {
        Type type = command.ImplementingType;
        XElement? doc = comments.Of(type);
        IReadOnlyList<string> summary = DocComments.Paragraphs(doc, "summary");
        string synopsis = summary.FirstOrDefault("");
        Need(synopsis.Length > 0, command.Name, "has no summary");
        IReadOnlyDictionary<string, string> defaults = Defaults(type);

        var syntax = command.ParameterSets
            .Select(set => new SyntaxHelp(set.Name == ParameterAttribute.AllParameterSets ? "" : set.Name, set.IsDefault || command.ParameterSets.Count == 1, set.ToString(),
                [.. set.Parameters.Where(parameter => !IsCommon(parameter.Name)).OrderBy(parameter => parameter.Position < 0 ? int.MaxValue : parameter.Position)
                    .ThenByDescending(parameter => parameter.IsMandatory).Select(parameter => Parameter(type, parameter, defaults, []))]))
            .OrderByDescending(set => set.IsDefault).ToList();

        return new CommandHelp(command.Name, synopsis, Description(doc), syntax, AllParameters(command, syntax), Inputs(command, doc), Outputs(command, doc),
            DocComments.Paragraphs(doc, "notes"), Examples(command.Name, doc), Links(command, doc),
            type.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess);
    }

    /// <summary>The summary's first paragraph is the synopsis; what comes after it, and the remarks, is the description.</summary>
    private static IReadOnlyList<string> Description(XElement? doc)
    {
        IReadOnlyList<string> summary = DocComments.Paragraphs(doc, "summary");
        IReadOnlyList<string> more = [.. summary.Skip(1), .. DocComments.Paragraphs(doc, "remarks")];
        return more.Count > 0 ? more : summary;
    }

    private ParameterHelp Parameter(Type type, CommandParameterInfo parameter, IReadOnlyDictionary<string, string> defaults, IReadOnlyList<string> sets)
    {
        string pipeline = (parameter.ValueFromPipeline, parameter.ValueFromPipelineByPropertyName) switch
        {
            (true, true) => "True (ByValue, ByPropertyName)",
            (true, false) => "True (ByValue)",
            (false, true) => "True (ByPropertyName)",
            _ => "False",
        };
        return new ParameterHelp(parameter.Name, TypeName(parameter.ParameterType), ParameterText(type, parameter.Name), parameter.IsMandatory,
            parameter.Position < 0 ? null : parameter.Position, pipeline, [.. parameter.Aliases.Order(StringComparer.Ordinal)],
            defaults.GetValueOrDefault(parameter.Name), Values(parameter), sets);
    }

    /// <summary>Every parameter once; mandatory, position and pipeline are true when any set says so.</summary>
    private static IReadOnlyList<ParameterHelp> AllParameters(CmdletInfo command, IReadOnlyList<SyntaxHelp> syntax)
    {
        var all = new List<ParameterHelp>();
        foreach (IGrouping<string, (ParameterHelp Parameter, string Set)> group in syntax
            .SelectMany(set => set.Parameters.Select(parameter => (parameter, set.Name))).GroupBy(pair => pair.parameter.Name))
        {
            ParameterHelp first = group.First().Parameter;
            string[] sets = group.Count() == command.ParameterSets.Count ? [] : [.. group.Select(pair => pair.Set)];
            all.Add(first with
            {
                Mandatory = group.Any(pair => pair.Parameter.Mandatory),
                Position = group.Select(pair => pair.Parameter.Position).FirstOrDefault(position => position is not null),
                PipelineInput = group.Select(pair => pair.Parameter.PipelineInput).OrderByDescending(text => text.Length).First(),
                Sets = sets,
            });
        }
        return [.. all.OrderBy(parameter => parameter.Name is "WhatIf" or "Confirm").ThenBy(parameter => parameter.Name, StringComparer.Ordinal)];
    }

    private IReadOnlyList<string> ParameterText(Type type, string name)
    {
        switch (name)
        {
            case "WhatIf":
                return ["Shows what would be done, and does nothing."];
            case "Confirm":
                return ["Asks before anything is changed."];
        }
        PropertyInfo? property = type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.FlattenHierarchy);
        XElement? doc = property is null ? null : Documented(property);
        IReadOnlyList<string> text = [.. DocComments.Paragraphs(doc, "summary"), .. DocComments.Paragraphs(doc, "remarks")];
        Need(text.Count > 0, type.Name, $"-{name} has no summary");
        return text;
    }

    /// <summary>An override that says nothing has its base's comment.</summary>
    private XElement? Documented(PropertyInfo property)
    {
        for (Type? at = property.DeclaringType; at is not null; at = at.BaseType)
        {
            PropertyInfo? here = at.GetProperty(property.Name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            if (here is not null && comments.Of(here) is { } doc && doc.Element("summary") is not null)
            {
                return doc;
            }
        }
        return null;
    }

    private IReadOnlyList<string> Values(CommandParameterInfo parameter)
    {
        if (parameter.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault() is { } set)
        {
            return [.. set.ValidValues];
        }
        Type type = parameter.ParameterType.IsArray ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? Enum.GetNames(type) : [];
    }

    private static IReadOnlyDictionary<string, string> Defaults(Type type)
    {
        var defaults = new Dictionary<string, string>();
        if (Activator.CreateInstance(type) is not { } instance)
        {
            return defaults;
        }
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.GetCustomAttributes<ParameterAttribute>().Any()))
        {
            bool mandatory = property.GetCustomAttributes<ParameterAttribute>().All(parameter => parameter.Mandatory);
            if (mandatory || !property.CanRead)
            {
                continue;
            }
            string? text = property.GetValue(instance) switch
            {
                null or "" or 0 or 0L or false => null,
                SwitchParameter given => given ? "True" : null,
                string value => value,
                Enum value => Enum.IsDefined(value.GetType(), value) && Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0 ? value.ToString() : null,
                TimeSpan value => value == TimeSpan.Zero ? null : value.ToString(),
                IEnumerable value => string.Join(", ", value.Cast<object>()) is { Length: > 0 } list ? list : null,
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                _ => null,
            };
            if (text is not null)
            {
                defaults[property.Name] = text;
            }
        }
        return defaults;
    }

    private IReadOnlyList<TypeHelp> Inputs(CmdletInfo command, XElement? doc)
    {
        IEnumerable<TypeHelp> byValue = command.ParameterSets.SelectMany(set => set.Parameters).Where(parameter => parameter.ValueFromPipeline)
            .DistinctBy(parameter => (parameter.Name, parameter.ParameterType))
            .Select(parameter => new TypeHelp(FullName(parameter.ParameterType), [$"Taken by -{parameter.Name}."]));
        List<TypeHelp> inputs = [.. byValue];
        string[] byName = [.. command.ParameterSets.SelectMany(set => set.Parameters).Where(parameter => parameter.ValueFromPipelineByPropertyName)
            .Select(parameter => "-" + parameter.Name).Distinct().Order(StringComparer.Ordinal)];
        if (byName.Length > 0)
        {
            inputs.Add(new TypeHelp("System.Management.Automation.PSObject", [$"Properties with the names of these parameters are taken: {string.Join(", ", byName)}."]));
        }
        if (DocComments.Paragraphs(doc, "inputs") is { Count: > 0 } written)
        {
            inputs.Insert(0, new TypeHelp(inputs.Count > 0 ? inputs[0].Name : "None", written));
        }
        return inputs.Count > 0 ? inputs : [new TypeHelp("None", ["Nothing is taken from the pipeline."])];
    }

    private IReadOnlyList<TypeHelp> Outputs(CmdletInfo command, XElement? doc)
    {
        IReadOnlyList<string> written = DocComments.Paragraphs(doc, "outputs");
        List<TypeHelp> outputs = [.. command.OutputType.Where(output => output.Type is not null || output.Name.Length > 0).DistinctBy(output => output.Name)
            .Select(output => new TypeHelp(output.Type is null ? output.Name : FullName(output.Type),
                output.Type is null ? [] : DocComments.Paragraphs(comments.Of(output.Type), "summary")))];
        if (written.Count > 0)
        {
            return outputs.Count == 0 ? [new TypeHelp("None", written)] : [outputs[0] with { Description = written }, .. outputs.Skip(1)];
        }
        return outputs.Count > 0 ? outputs : [new TypeHelp("None", ["Nothing is written to the pipeline."])];
    }

    private IReadOnlyList<ExampleHelp> Examples(string command, XElement? doc)
    {
        var examples = new List<ExampleHelp>();
        foreach (XElement example in doc?.Elements("example") ?? [])
        {
            string code = string.Join("\n", example.Elements("code").Select(DocComments.Code));
            string title = example.Element("title") is { } titled ? string.Join(' ', DocComments.Paragraphs(titled)) : "";
            var rest = new XElement("rest", example.Nodes().Where(node => node is not XElement { Name.LocalName: "code" or "title" }));
            Need(code.Length > 0, command, $"example {examples.Count + 1} has no code");
            Need(title.Length > 0, command, $"example {examples.Count + 1} has no title");
            examples.Add(new ExampleHelp(title, code, DocComments.Paragraphs(rest)));
        }
        Need(examples.Count >= 2, command, $"has {examples.Count} example(s); two are asked for");
        return examples;
    }

    private static IReadOnlyList<LinkHelp> Links(CmdletInfo command, XElement? doc)
    {
        var links = new List<LinkHelp>();
        foreach (XElement link in doc?.Elements("seealso") ?? [])
        {
            string uri = link.Attribute("href")?.Value ?? "";
            string text = link.Value.Trim().Length > 0 ? link.Value.Trim() : string.Join(' ', DocComments.Paragraphs(new XElement("x", link)));
            text = text.EndsWith("Command", StringComparison.Ordinal) || text.EndsWith("Cmdlet", StringComparison.Ordinal) ? CommandNameOf(text) : text;
            links.Add(new LinkHelp(text, uri));
        }
        foreach (string related in DocComments.Paragraphs(doc, "related").SelectMany(line => line.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            links.Add(new LinkHelp(related, ""));
        }
        links.Add(new LinkHelp("about_CertBroker", ""));
        return [.. links.Where(link => link.Text != command.Name).DistinctBy(link => (link.Text, link.Uri))];
    }

    /// <summary>NewCBCertificateRequestCommand → New-CBCertificateRequest.</summary>
    private static string CommandNameOf(string type)
    {
        string name = type.EndsWith("Command", StringComparison.Ordinal) ? type[..^7] : type[..^6];
        int noun = name.IndexOf("CB", StringComparison.Ordinal);
        return noun > 0 ? name[..noun] + "-" + name[noun..] : name;
    }

    private static string TypeName(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsArray)
        {
            return TypeName(plain.GetElementType()!) + "[]";
        }
        return plain.Name switch { "Int32" => "Int32", "IDictionary" => "Hashtable", _ => plain.Name };
    }

    private static string FullName(Type type) => (Nullable.GetUnderlyingType(type) ?? type).FullName ?? type.Name;

    private static bool IsCommon(string name) => Cmdlet.CommonParameters.Contains(name);

    private void Need(bool ok, string command, string what)
    {
        string gap = $"{command} {what}";
        if (!ok && !gaps.Contains(gap))
        {
            gaps.Add(gap);
        }
    }
}
