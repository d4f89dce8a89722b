using System.Text;

namespace CertBroker.Help;

/// <summary>The same pages for people who read the repository: docs/cmdlets.</summary>
internal static class Markdown
{
    private const string Made = "<!-- Made by powershell/help from the command's documentation comments. Do not edit. -->";
    private const int Width = 110;

    public static string Page(CommandHelp help)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        void Paragraphs(IEnumerable<string> paragraphs)
        {
            foreach (string paragraph in paragraphs)
            {
                Line(Escape(paragraph));
                Line();
            }
        }

        Line(Made);
        Line();
        Line("# " + help.Name);
        Line();
        Paragraphs([help.Synopsis]);
        Line("## Syntax");
        Line();
        Line("```text");
        for (int i = 0; i < help.Syntax.Count; i++)
        {
            if (i > 0)
            {
                Line();
            }
            Line(Wrap($"{help.Name} {help.Syntax[i].Text}"));
        }
        Line("```");
        Line();
        if (!help.Description.SequenceEqual([help.Synopsis]))
        {
            Line("## Description");
            Line();
            Paragraphs(help.Description);
        }
        Line("## Examples");
        Line();
        foreach (ExampleHelp example in help.Examples)
        {
            Line("### " + Escape(example.Title));
            Line();
            Line("```powershell");
            Line(example.Code);
            Line("```");
            Line();
            Paragraphs(example.Remarks);
        }
        Line("## Parameters");
        Line();
        foreach (ParameterHelp parameter in help.Parameters)
        {
            Line("### -" + parameter.Name);
            Line();
            Paragraphs(parameter.Description);
            Line(Facts(parameter));
            Line();
        }
        Line(help.SupportsShouldProcess ? "-WhatIf, -Confirm and the other common parameters work as everywhere (about_CommonParameters)."
            : "The common parameters work as everywhere (about_CommonParameters).");
        Line();
        Types("## Input", help.Inputs);
        Types("## Output", help.Outputs);
        if (help.Notes.Count > 0)
        {
            Line("## Notes");
            Line();
            Paragraphs(help.Notes);
        }
        Line("## See also");
        Line();
        foreach (LinkHelp link in help.Links)
        {
            string target = link.Uri.Length > 0 ? link.Uri : link.Text.Contains("-CB", StringComparison.Ordinal) ? link.Text + ".md" : "";
            Line(target.Length > 0 ? $"- [{link.Text}]({target})" : $"- {link.Text}");
        }
        return text.ToString();

        void Types(string title, IReadOnlyList<TypeHelp> types)
        {
            Line(title);
            Line();
            foreach (TypeHelp type in types)
            {
                Line($"- `{type.Name}`: {Escape(string.Join(' ', type.Description))}".TrimEnd(':', ' '));
            }
            Line();
        }
    }

    public static string Index(IReadOnlyList<CommandHelp> commands)
    {
        var text = new StringBuilder($"{Made}\n\n# The commands of CertBroker\n\n| Command | What it does |\n| --- | --- |\n");
        foreach (CommandHelp help in commands)
        {
            text.Append($"| [{help.Name}]({help.Name}.md) | {Escape(help.Synopsis).Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
        return text.ToString();
    }

    private static string Facts(ParameterHelp parameter)
    {
        var facts = new List<string> { $"`{parameter.Type}`", parameter.Mandatory ? "mandatory" : "optional" };
        if (parameter.Position is int position)
        {
            facts.Add($"position {position}");
        }
        if (parameter.PipelineInput != "False")
        {
            facts.Add("from the pipeline " + parameter.PipelineInput["True (".Length..^1].Replace("ByValue", "by value", StringComparison.Ordinal)
                .Replace("ByPropertyName", "by property name", StringComparison.Ordinal));
        }
        if (parameter.Aliases.Count > 0)
        {
            facts.Add("alias " + string.Join(", ", parameter.Aliases.Select(alias => "-" + alias)));
        }
        if (parameter.Default is not null)
        {
            facts.Add($"default `{parameter.Default}`");
        }
        if (parameter.Values.Count > 0)
        {
            facts.Add("values: " + string.Join(", ", parameter.Values.Select(value => $"`{value}`")));
        }
        if (parameter.Sets.Count > 0)
        {
            facts.Add("parameter set " + string.Join(", ", parameter.Sets));
        }
        return "_" + string.Join("; ", facts) + "_";
    }

    /// <summary>Breaks a syntax line between parameters.</summary>
    private static string Wrap(string line)
    {
        var text = new StringBuilder();
        int column = 0;
        int depth = 0;
        var word = new StringBuilder();
        void Put()
        {
            if (word.Length == 0)
            {
                return;
            }
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append("\n    ");
                column = 4;
            }
            else if (column > 0)
            {
                text.Append(' ');
                column++;
            }
            text.Append(word);
            column += word.Length;
            word.Clear();
        }
        foreach (char c in line)
        {
            depth += c is '[' ? 1 : c is ']' ? -1 : 0;
            if (c == ' ' && depth == 0)
            {
                Put();
            }
            else
            {
                word.Append(c);
            }
        }
        Put();
        return text.ToString();
    }

    private static string Escape(string text) => text.Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
