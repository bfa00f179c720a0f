namespace Vtok.Models.OneDPiece;

/// <summary>Tail token drop (arXiv 2501.10064, section 3): training keeps a random prefix, so that information gathers in the first tokens.</summary>
public static class TailDrop
{
    /// <summary>How many tokens to keep this step, uniform in 1..<paramref name="tokens"/>, one number for the whole batch.</summary>
    public static int Draw(int tokens, Generator generator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        using Tensor draw = randint(1, tokens + 1L, [1], generator: generator);
        return checked((int)draw.item<long>());
    }
}
