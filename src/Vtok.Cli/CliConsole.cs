using System.Text;
using Vtok.Codec;

namespace Vtok.Cli;

/// <summary>All that a command has of the outside world.</summary>
internal sealed class CliConsole
{
    private bool _progressShown;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard input, as bytes.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output, as bytes.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard error, as bytes.</summary>
    public required Stream Errors { get; init; }

    /// <summary>Whether standard error is a terminal, where progress may be shown.</summary>
    public bool Interactive { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;

    /// <summary>Folder of the program, where checkpoints/ lies.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>How models are opened, given the number of threads; tests put their own here.</summary>
    public Func<int?, IModelOpener> Opener { get; init; } = threads => new ModelFolderOpener(threads);

    /// <summary>Set by Ctrl-C and SIGTERM.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether VTOK_DEBUG=1 asks for stack traces.</summary>
    public bool Debug => Environment("VTOK_DEBUG") == "1";

    /// <summary>The models that can be found.</summary>
    public ModelStore Models(int? threads = null) => new(ModelStore.DefaultRoots(ProgramFolder, Environment("VTOK_MODELS")), Opener(threads));

    /// <summary>Writes a result to standard output.</summary>
    /// <exception cref="BrokenOutputException">It is closed or full.</exception>
    public void WriteLine(string text) => Write(Utf8.GetBytes(text + "\n"));

    /// <summary>Ends the line of <see cref="ShowProgress"/>.</summary>
    public void ClearProgress()
    {
        if (_progressShown)
            Tell("");
    }

    /// <summary>Writes bytes to standard output.</summary>
    /// <exception cref="BrokenOutputException">It is closed or full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Output.Write(bytes);
            Output.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException or UnauthorizedAccessException)
        {
            bool full = OutputFileException.From(e).Reason == OutputFileError.DiskFull;
            throw new BrokenOutputException(full ? "standard output: the disk is full" : "standard output: closed by its reader", e);
        }
    }

    /// <summary>Writes one line to standard error; when that is closed, nobody can be told.</summary>
    public void Say(string line) => Tell(Refusal.Printable(line) + "\n");

    /// <summary>Shows what is being done on a line that the next one replaces; only on a terminal.</summary>
    public void ShowProgress(string line)
    {
        if (!Interactive)
            return;
        Tell(Refusal.Printable(line));
        _progressShown = true;
    }

    private void Tell(string text)
    {
        const string eraseLine = "\r\u001b[K";
        try
        {
            Errors.Write(Utf8.GetBytes(_progressShown ? eraseLine + text : text));
            Errors.Flush();
            _progressShown = false;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException)
        {
        }
    }

    /// <summary>Reports a failure on standard error.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="subject">The file or model it is about, or null.</param>
    /// <returns>The exit status.</returns>
    public int Report(Exception error, string? subject = null)
    {
        if (error is SubjectException about)
            (subject, error) = (about.Subject, about.InnerException!);
        Refusal refusal = Refusal.Of(error);
        Say(subject is null ? $"vtok: {refusal.Message}" : $"vtok: {subject}: {refusal.Message}");
        if (Debug)
            foreach (string line in error.ToString().Split('\n'))
                Say(line.TrimEnd());
        return refusal.ExitCode;
    }
}
