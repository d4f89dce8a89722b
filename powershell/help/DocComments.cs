using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CertBroker.Help;

/// <summary>The documentation comments of one assembly, as the compiler wrote them.</summary>
internal sealed class DocComments
{
    private static readonly Regex Blanks = new(@"\s+", RegexOptions.Compiled);
    private readonly Dictionary<string, XElement> members = [];

    public DocComments(string path)
    {
        foreach (XElement member in XDocument.Load(path, LoadOptions.PreserveWhitespace).Descendants("member"))
        {
            if (member.Attribute("name")?.Value is { } name)
            {
                members[name] = member;
            }
        }
    }

    public XElement? Of(Type type) => members.GetValueOrDefault("T:" + type.FullName?.Replace('+', '.'));

    public XElement? Of(MemberInfo member) =>
        members.GetValueOrDefault($"{(member is FieldInfo ? 'F' : 'P')}:{member.DeclaringType?.FullName?.Replace('+', '.')}.{member.Name}");

    /// <summary>The paragraphs of all elements of that name: &lt;para&gt; and empty lines part them.</summary>
    public static IReadOnlyList<string> Paragraphs(XElement? member, string element) =>
        member is null ? [] : [.. member.Elements(element).SelectMany(Paragraphs)];

    public static IReadOnlyList<string> Paragraphs(XElement element)
    {
        var paragraphs = new List<string>();
        var text = new StringBuilder();
        void End()
        {
            foreach (string part in Regex.Split(text.ToString(), @"\n[ \t]*\n"))
            {
                string line = Blanks.Replace(part, " ").Trim();
                if (line.Length > 0)
                {
                    paragraphs.Add(line);
                }
            }
            text.Clear();
        }
        foreach (XNode node in element.Nodes())
        {
            if (node is XElement { Name.LocalName: "para" } para)
            {
                End();
                text.Append(Inline(para));
                End();
            }
            else if (node is XElement { Name.LocalName: "list" } list)
            {
                End();
                foreach (XElement item in list.Elements("item"))
                {
                    string term = item.Element("term") is { } named ? Inline(named).Trim() + ": " : "";
                    text.Append("- " + term + Inline(item.Element("description") ?? item));
                    End();
                }
            }
            else
            {
                text.Append(Inline(node));
            }
        }
        End();
        return paragraphs;
    }

    /// <summary>Code as it was typed, without the comment's own indentation.</summary>
    public static string Code(XElement element)
    {
        string[] lines = element.Value.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        IEnumerable<string> full = lines.Where((line, index) => line.Trim().Length > 0 && index > 0);
        int indent = full.Any() ? full.Min(line => line.Length - line.TrimStart().Length) : 0;
        return string.Join('\n', lines.Select((line, index) => (index > 0 && line.Length >= indent ? line[indent..] : line.TrimStart()).TrimEnd())).Trim('\n');
    }

    private static string Inline(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => Reference(reference),
        XElement element => string.Concat(element.Nodes().Select(Inline)),
        _ => "",
    };

    private static string Reference(XElement element)
    {
        if (element.Nodes().Any())
        {
            return string.Concat(element.Nodes().Select(Inline));
        }
        string target = element.Attribute("cref")?.Value ?? element.Attribute("name")?.Value ?? element.Attribute("langword")?.Value ?? element.Attribute("href")?.Value ?? "";
        if (target.Length > 2 && target[1] == ':' && char.IsUpper(target[0]))
        {
            string name = target[(target.LastIndexOf('.') + 1)..];
            return target[0] == 'P' ? "-" + name : name;
        }
        return target;
    }
}
