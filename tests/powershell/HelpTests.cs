using System.Management.Automation;
using System.Xml.Linq;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Help is complete, and every example in it runs.</summary>
public sealed class HelpTests(ExampleEngine prepared) : IClassFixture<ExampleEngine>
{
    private readonly Engine engine = prepared.Engine;

    public static TheoryData<string> CommandNames => [.. ModuleTests.Promised];

    public static TheoryData<string, int> Examples
    {
        get
        {
            var data = new TheoryData<string, int>();
            XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
            foreach (XElement help in XDocument.Load(Path.Combine(Repository.ModuleFolder, "en-US", "CertBroker.dll-Help.xml")).Descendants(command + "command"))
            {
                string name = help.Element(command + "details")!.Element(command + "name")!.Value;
                for (int i = 0; i < help.Descendants(command + "example").Count(); i++)
                {
                    data.Add(name, i + 1);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Get_Help_explains_the_command_and_every_parameter(string name)
    {
        PSObject help = engine.Run($"Get-Help {name} -Full").Good().Output.Single();
        string synopsis = Text(help.Properties["Synopsis"].Value);
        Assert.False(string.IsNullOrWhiteSpace(synopsis) || synopsis.Contains('['), $"{name}: no synopsis but '{synopsis}'");
        Assert.NotNull(help.Properties["description"].Value);
        Assert.NotNull(help.Properties["Syntax"].Value);
        Assert.True(engine.Run($"@((Get-Help {name}).examples.example).Count").One<int>() >= 2);

        CmdletInfo info = engine.Run($"Get-Command {name}").One<CmdletInfo>();
        var documented = engine.Run($"foreach ($p in (Get-Help {name} -Full).parameters.parameter) {{ \"$($p.name)=$($p.description[0].Text)\" }}").Good()
            .Output.Select(item => item.ToString()!.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (ParameterMetadata parameter in info.Parameters.Values.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name) && !parameter.IsDynamic))
        {
            Assert.True(documented.TryGetValue(parameter.Name, out string? text) && text.Length > 0, $"{name} -{parameter.Name} has no help");
        }
    }

    [Fact]
    public void About_CertBroker_is_found()
    {
        string about = ChildShell.Run(engine.Home, "-Command", "Get-Help about_CertBroker").Good();
        Assert.Contains("CertBroker", about);
        Assert.Contains("CERTBROKER_HOME", about);
    }

    [Fact]
    public void The_help_in_the_module_is_the_committed_one()
    {
        string committed = Path.Combine(Repository.Root, "powershell", "CertBroker", "en-US", "CertBroker.dll-Help.xml");
        Assert.Equal(File.ReadAllText(committed), File.ReadAllText(Path.Combine(Repository.ModuleFolder, "en-US", "CertBroker.dll-Help.xml")));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_example_runs(string command, int number)
    {
        string code = engine.Run($"@((Get-Help {command}).examples.example)[{number - 1}].code").One<string>();
        // Each example starts from the same state, so that their order does not matter.
        using ExampleEngine fresh = ExampleEngine.Again();
        Result result = fresh.Engine.Run(code);
        Assert.True(result.Errors.Count == 0, $"{code}\n" + string.Join('\n', result.Errors.Select(error => $"[{error.FullyQualifiedErrorId}] {error}")));
    }

    private static string Text(object? value) => value?.ToString()?.Trim() ?? "";
}
