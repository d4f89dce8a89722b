namespace CertBroker.Help;

/// <summary>All that a help page says about one command.</summary>
internal sealed record CommandHelp(
    string Name,
    string Synopsis,
    IReadOnlyList<string> Description,
    IReadOnlyList<SyntaxHelp> Syntax,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<TypeHelp> Inputs,
    IReadOnlyList<TypeHelp> Outputs,
    IReadOnlyList<string> Notes,
    IReadOnlyList<ExampleHelp> Examples,
    IReadOnlyList<LinkHelp> Links,
    bool SupportsShouldProcess);

/// <summary>One parameter set; Text is how PowerShell itself writes it.</summary>
internal sealed record SyntaxHelp(string Name, bool IsDefault, string Text, IReadOnlyList<ParameterHelp> Parameters);

/// <summary>A parameter, in one set or (Parameters of a command) over all of them. Position is null for "named".</summary>
internal sealed record ParameterHelp(
    string Name,
    string Type,
    IReadOnlyList<string> Description,
    bool Mandatory,
    int? Position,
    string PipelineInput,
    IReadOnlyList<string> Aliases,
    string? Default,
    IReadOnlyList<string> Values,
    IReadOnlyList<string> Sets)
{
    public bool IsSwitch => Type == "SwitchParameter";
}

internal sealed record TypeHelp(string Name, IReadOnlyList<string> Description);

internal sealed record ExampleHelp(string Title, string Code, IReadOnlyList<string> Remarks);

internal sealed record LinkHelp(string Text, string Uri);
