using System.Globalization;
using System.Text;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>What the user is told about a failure: an exit status and one line.</summary>
internal readonly record struct Refusal(int ExitCode, string Message)
{
    public static Refusal Of(Exception error) => error switch
    {
        SubjectException or AggregateException when error.InnerException is { } inner => Of(inner),
        OperationCanceledException => new(ExitCodes.Interrupted, "interrupted"),
        UsageException => new(ExitCodes.Usage, error.Message),
        ImageFileException { Reason: ImageFileError.CannotEncode } => new(ExitCodes.Output, error.Message),
        ImageFileException { Reason: ImageFileError.OverTheLimits } => new(ExitCodes.Input, error.Message.Replace("(raise the limit, or scale the picture down)", "(--max-pixels raises the limit)", StringComparison.Ordinal)),
        InputException or ImageFileException => new(ExitCodes.Input, error.Message),
        TokenFileException { Reason: TokenFileError.WrongModel or TokenFileError.BadDescription } => new(ExitCodes.Model, error.Message),
        TokenFileException { Reason: TokenFileError.LengthNotAllowed } => new(ExitCodes.Usage, error.Message),
        TokenFileException => new(ExitCodes.Input, error.Message),
        ModelStoreException or NotSupportedException => new(ExitCodes.Model, error.Message),
        CheckpointException or DllNotFoundException => new(ExitCodes.Model, OneLine(error.Message)),
        OutputFileException or BrokenOutputException => new(ExitCodes.Output, error.Message),
        UnauthorizedAccessException => new(ExitCodes.Model, $"{OneLine(error.Message).TrimEnd('.')} (check its permissions)"),
        IOException => new(ExitCodes.Model, OneLine(error.Message)), // inputs and outputs have their own: what is left is a model folder
        _ => new(ExitCodes.Bug, $"a fault of vtok itself: {error.GetType().Name}: {error.Message} (please report it with the output of VTOK_DEBUG=1)"),
    };

    /// <summary>Makes text safe for a terminal: one line, control and formatting characters escaped.</summary>
    public static string Printable(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (char c in text)
            _ = IsUnsafe(c) ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : safe.Append(c);
        return safe.ToString();
    }

    private static string OneLine(string message) =>
        string.Join("; ", message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Replace(":; ", ": ", StringComparison.Ordinal);

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
