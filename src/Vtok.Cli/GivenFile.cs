using Vtok.Models.Weights;

namespace Vtok.Cli;

/// <summary>Tensors that a user gives beside the inputs: what is wrong with such a file is the input's fault, not the model's.</summary>
internal static class GivenFile
{
    /// <summary>Reads a file. libtorch must be loaded.</summary>
    /// <exception cref="InputException">It is missing, damaged, or holds something else.</exception>
    public static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (CheckpointException e)
        {
            throw new InputException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }
}
