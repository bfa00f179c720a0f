using System.Text;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Tests;

/// <summary>Runs the command line in this process, over a folder of its own with a model called "default".</summary>
internal sealed class CliHarness : IDisposable
{
    public CliHarness() => FakeOpener.Save(Folder["models/default"], Info);

    public static TokenizerInfo Info { get; } = IdentityModel.Describe("default");

    public TempFolder Folder { get; } = new();

    /// <summary>Whether the models of the checkout are used in place of the fake one.</summary>
    public bool Real { get; init; }

    public FakeOpener Opener { get; } = new();

    /// <summary>Whether standard error is a terminal.</summary>
    public bool Interactive { get; init; }

    public string this[string name] => Folder[name];

    /// <summary>Runs the command line over real models in the "models" of a folder.</summary>
    public static CliResult Over(TempFolder folder, params string[] args)
    {
        using MemoryStream output = new(), errors = new();
        int exitCode = CommandLine.Run(args, new CliConsole
        {
            Input = new MemoryStream(),
            Output = output,
            Errors = errors,
            Environment = name => name == "VTOK_MODELS" ? folder["models"] : null,
            ProgramFolder = folder.Path,
            Opener = _ => new ModelFolderOpener(1),
        });
        return new CliResult(exitCode, output.ToArray(), Encoding.UTF8.GetString(errors.ToArray()));
    }

    public CliResult Run(params string[] args) => Run(new MemoryStream(), new MemoryStream(), default, args);

    public CliResult Run(Stream input, MemoryStream output, CancellationToken cancellation, params string[] args)
    {
        using var errors = new MemoryStream();
        int exitCode = CommandLine.Run(args, new CliConsole
        {
            Input = input,
            Output = output,
            Errors = errors,
            Environment = name => name == "VTOK_MODELS" && !Real ? Folder["models"] : null,
            ProgramFolder = Real ? AppContext.BaseDirectory : Folder.Path,
            Opener = threads => Real ? new ModelFolderOpener(threads) : Opener,
            Interactive = Interactive,
            Cancellation = cancellation,
        });
        return new CliResult(exitCode, output.ToArray(), Encoding.UTF8.GetString(errors.ToArray()));
    }

    /// <summary>A token file of random ids.</summary>
    public string TokenFile(string name, int tokens = IdentityModel.Tokens, TokenizerInfo? info = null, int width = 40, int height = 30)
    {
        info ??= Info;
        var random = new Random(7);
        int[] ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(256))];
        File.WriteAllBytes(Folder[name], VtokWriter.Write(VtokFile.Create(info, VtokLayout.Fit, width, height, [ids]), info));
        return Folder[name];
    }

    public void Dispose() => Folder.Dispose();
}
