using System.Text;

namespace Vtok.Streams.Tests;

/// <summary>docs/format.md as the build embedded it: its models, and its vectors as fields.</summary>
internal static class FormatDocument
{
    private static readonly string Text = ReadText();

    public static IReadOnlyDictionary<string, TokenizerInfo> Models { get; } =
        Blocks("json").Select(json => TokenizerInfo.FromJson(Encoding.UTF8.GetBytes(json))).ToDictionary(info => info.Name);

    public static IReadOnlyList<ILookup<string, string>> Vectors { get; } = [.. Blocks("vector").Select(Fields)];

    public static IReadOnlyList<ILookup<string, string>> Refusals { get; } = [.. Blocks("refused").Select(Fields)];

    public static string CanonicalForm => Blocks("canonical").Single().Trim();

    public static bool Mentions(string text) => Text.Contains(text, StringComparison.Ordinal);

    private static IEnumerable<string> Blocks(string language)
        => Text.Split($"```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);

    // "name: value" lines; an indented line goes on with the value before it.
    private static ILookup<string, string> Fields(string block)
        => block.Replace("\n ", " ", StringComparison.Ordinal).Split('\n')
            .Select(line => line.Split(": ", 2))
            .ToLookup(parts => parts[0], parts => parts[1]);

    private static string ReadText()
    {
        using Stream stream = typeof(FormatDocument).Assembly.GetManifestResourceStream("format.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
