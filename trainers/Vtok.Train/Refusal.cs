using System.Runtime.InteropServices;
using Vtok.Codec;
using Vtok.Data;
using Vtok.Imaging;
using Vtok.Models.Weights;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>What a person is told about a failure: an exit status and a message, one line but for the faults of a recipe.</summary>
internal readonly record struct Refusal(int ExitCode, string Message)
{
    public static Refusal Of(Exception error) => error switch
    {
        RefusalException refusal => new(refusal.ExitCode, error.Message),
        OperationCanceledException => new(ExitCodes.Interrupted, "interrupted"),
        RecipeException { Error: RecipeError.Invalid or RecipeError.NotJson } => new(ExitCodes.Usage, error.Message),
        RecipeException or DatasetException or ImageFileException => new(ExitCodes.Input, error.Message),
        CheckpointException { Error: CheckpointError.CannotWrite } => new(ExitCodes.Output, error.Message),
        CollectiveException { Error: CollectiveError.Environment } => new(ExitCodes.Usage, error.Message),
        CollectiveException { Error: CollectiveError.Library } => new(ExitCodes.Model, error.Message),
        CollectiveException => new(ExitCodes.Processes, error.Message),
        CheckpointException or DllNotFoundException or PlatformNotSupportedException => new(ExitCodes.Model, error.Message),
        OutputFileException => new(ExitCodes.Output, error.Message),
        UnauthorizedAccessException => new(ExitCodes.Output, $"{FirstLine(error).TrimEnd('.')} (check its permissions)"),
        IOException => new(ExitCodes.Output, FirstLine(error)),
        _ when OutOfMemory(error) => new(ExitCodes.Stopped,
            $"out of memory ({FirstLine(error)}); lower batch, a size of the network, or settings.cacheMegabytes"),
        _ => new(ExitCodes.Bug, $"a fault of vtok-train itself: {error.GetType().Name}: {FirstLine(error)} (please report it with the output of VTOK_DEBUG=1)"),
    };

    // libtorch has no type of its own for it; its message goes on with a native stack.
    private static bool OutOfMemory(Exception error) => error is OutOfMemoryException
        || error is ExternalException && (error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("can't allocate memory", StringComparison.Ordinal));

    private static string FirstLine(Exception error) => OutputFileException.From(error) is { Reason: OutputFileError.DiskFull } full
        ? $"{full.Message}: {error.Message}"
        : error.Message.Split('\n')[0].Trim();
}
