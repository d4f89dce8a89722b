using System.Text;

namespace CertBroker.Help;

internal static class Program
{
    private const string Usage = "usage: CertBroker.Help --assembly CertBroker.dll --maml FOLDER --docs FOLDER [--check]";

    private static int Main(string[] words)
    {
        string? assembly = null, maml = null, docs = null;
        bool check = false;
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--assembly" when i + 1 < words.Length: assembly = words[++i]; break;
                case "--maml" when i + 1 < words.Length: maml = words[++i]; break;
                case "--docs" when i + 1 < words.Length: docs = words[++i]; break;
                case "--check": check = true; break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 64;
            }
        }
        if (assembly is null || maml is null || docs is null)
        {
            Console.Error.WriteLine(Usage);
            return 64;
        }

        var reader = new CommandReader(Path.GetFullPath(assembly));
        IReadOnlyList<CommandHelp> commands = reader.Read();
        foreach (string gap in reader.Gaps)
        {
            Console.Error.WriteLine("help: " + gap);
        }
        if (commands.Count == 0)
        {
            Console.Error.WriteLine($"help: {assembly} has no commands");
            return 1;
        }

        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Path.Combine(maml, "CertBroker.dll-Help.xml")] = Maml.Write(commands),
            [Path.Combine(docs, "README.md")] = Markdown.Index(commands),
        };
        foreach (CommandHelp command in commands)
        {
            pages[Path.Combine(docs, command.Name + ".md")] = Markdown.Page(command);
        }
        int different = Settle(pages, docs, check);
        return reader.Gaps.Count > 0 || (check && different > 0) ? 1 : 0;
    }

    /// <summary>Writes what differs and removes pages of commands that are gone; with check, only says so.</summary>
    private static int Settle(SortedDictionary<string, string> pages, string docs, bool check)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        int different = 0;
        foreach ((string path, string text) in pages)
        {
            if (File.Exists(path) && File.ReadAllText(path, utf8) == text)
            {
                continue;
            }
            different++;
            if (check)
            {
                Console.Error.WriteLine($"help: {path} differs from what the sources say; run powershell/help/generate.sh");
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, utf8);
        }
        foreach (string path in Directory.Exists(docs) ? Directory.GetFiles(docs, "*-CB*.md") : [])
        {
            if (pages.ContainsKey(path))
            {
                continue;
            }
            different++;
            if (check)
            {
                Console.Error.WriteLine($"help: {path} is of a command that is gone; run powershell/help/generate.sh");
            }
            else
            {
                File.Delete(path);
            }
        }
        return different;
    }
}
