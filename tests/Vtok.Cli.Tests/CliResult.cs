using System.Text;
using System.Text.Json;

namespace Vtok.Cli.Tests;

/// <summary>What a run of the command line left behind.</summary>
internal sealed record CliResult(int ExitCode, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public JsonElement Json => JsonDocument.Parse(Output).RootElement; // throws unless it is one document

    /// <summary>Asserts a refusal: the exit status, one line, its beginning, nothing on standard output.</summary>
    public void IsRefusal(int exitCode, string contains)
    {
        Assert.AreEqual(exitCode, ExitCode, Errors);
        StringAssert.StartsWith(Errors, "vtok: ");
        StringAssert.Contains(Errors, contains);
        Assert.AreEqual(1, Errors.Count(c => c == '\n'), Errors);
        Assert.AreEqual("", Text);
    }
}
