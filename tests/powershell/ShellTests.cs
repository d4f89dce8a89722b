using System.Diagnostics;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>build/certbroker-shell itself: what scripts may expect of it.</summary>
public sealed class ShellTests(Engine engine) : IClassFixture<Engine>
{
    private ChildShell.Ended Run(params string[] arguments) => ChildShell.Run(engine.Home, arguments);

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("exit 7", 7)]
    [InlineData("Get-CBProvider nobody", 1)]
    [InlineData("Get-CBProvider nobody; 'went on'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-CBProvider nobody; 'not reached'", 1)]
    [InlineData("if (", 1)]
    public void The_exit_code_says_how_it_ended(string command, int expected)
    {
        ChildShell.Ended ended = Run("-Command", command);
        Assert.Equal(expected, ended.ExitCode);
        Assert.DoesNotContain("not reached", ended.Output);
    }

    [Fact]
    public void An_error_is_shown_with_its_remedy_on_standard_error()
    {
        ChildShell.Ended ended = Run("-Command", "Get-CBProvider nobody");
        Assert.Empty(ended.Output.Trim());
        Assert.Contains("no provider has the id 'nobody'", ended.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Get-CBProvider lists the providers", ended.Errors);
    }

    [Fact]
    public void A_file_gets_its_arguments_and_its_exit_code_counts()
    {
        string script = engine.PathOf("arguments.ps1");
        File.WriteAllText(script, "param([string]$Name, [switch]$On, [Parameter(ValueFromRemainingArguments)]$Rest)\n\"$Name|$On|$Rest|$PSScriptRoot\"\nif ($Name -eq 'fail') { exit 5 }\nif ($Name -eq 'throw') { throw 'x' }\n");
        Assert.Equal($"a b|True|c d|{engine.Folder}", Run("-File", script, "-Name", "a b", "-On", "c", "d").Good());
        Assert.Equal(5, Run("-File", script, "fail").ExitCode);
        Assert.Equal(1, Run("-File", script, "throw").ExitCode);
        Assert.NotEqual(0, Run("-File", script + ".nowhere").ExitCode);
    }

    [Fact]
    public void Objects_come_as_tables_and_streams_go_where_they_belong()
    {
        ChildShell.Ended ended = Run("-Command", "Get-CBProvider local-ca; $VerbosePreference = 'Continue'; Get-CBAuthority");
        Assert.Contains("local-ca", ended.Output);
        Assert.DoesNotContain('\x1b', ended.Output);
        Assert.Contains("WARNING: No authority is registered", ended.Errors);
    }

    [Fact]
    public void Questions_are_asked_and_answered_on_standard_input_or_fail_clearly()
    {
        Run("-Command", "Register-CBAuthority lab local-ca").Good();
        using (Process process = ChildShell.Start(engine.Home, "-Command", "Install-CBTrustedRoot -Authority lab; 'end'"))
        {
            process.StandardInput.WriteLine("n");
            ChildShell.Ended answered = ChildShell.Finish(process);
            Assert.Equal("end", answered.Good());
            Assert.Contains("Are you sure", answered.Errors);
        }
        ChildShell.Ended silent = Run("-NonInteractive", "-Command", "Install-CBTrustedRoot -Authority lab");
        Assert.Equal(1, silent.ExitCode);
        Assert.Contains("-Confirm:$false", silent.Errors);
    }

    [Fact]
    public void Without_a_module_it_says_how_to_build_one()
    {
        ChildShell.Ended ended = Run("-Module", "/nowhere/CertBroker.psd1", "-Command", "1");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("build-module.sh", ended.Errors);
        Assert.Equal("1", Run("-NoModule", "-Command", "1").Good());
    }
}
