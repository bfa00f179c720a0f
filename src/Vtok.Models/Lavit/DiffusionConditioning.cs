namespace Vtok.Models.Lavit;

/// <summary>The tensors that the diffusion models behind LaVIT take under classifier-free guidance: the unconditional half first.</summary>
public static class DiffusionConditioning
{
    /// <summary>For pictures of 512 pixels.</summary>
    /// <param name="prompt"><see cref="LavitDecoder.Prompt"/>, [B, N, E].</param>
    /// <param name="unconditional">The stored embedding of the empty text [1, U, E], U at most N; the rest is zero and masked.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static LowConditioning Low(Tensor prompt, Tensor unconditional)
    {
        if (unconditional.ndim != 3 || unconditional.size(0) != 1 || unconditional.size(1) > prompt.size(1) || unconditional.size(2) != prompt.size(2))
            throw new ArgumentException($"unconditional embedding [{string.Join(", ", unconditional.shape)}], expected [1, 1..{prompt.size(1)}, {prompt.size(2)}]", nameof(unconditional));
        using DisposeScope scope = NewDisposeScope();
        long batch = prompt.size(0), length = prompt.size(1), used = unconditional.size(1);
        Tensor padded = nn.functional.pad(unconditional, (0, 0, 0, length - used)).expand(batch, -1, -1); // [B, N, E]
        Tensor open = arange(length, device: prompt.device).lt(used).to(ScalarType.Int64).expand(batch, -1);
        Tensor mask = cat([open, ones_like(open)]);
        return new LowConditioning(cat([padded, prompt]).MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope());
    }

    /// <summary>For pictures of about 1024 pixels.</summary>
    /// <param name="prompt"><see cref="LavitDecoder.Prompt"/>, [B, N, E].</param>
    /// <param name="pooled"><see cref="LavitDecoder.Pooled"/>, [B, P].</param>
    /// <param name="height">Height of the picture to make.</param>
    /// <param name="width">Width of the picture to make.</param>
    public static HighConditioning High(Tensor prompt, Tensor pooled, int height = 1024, int width = 1024)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor times = tensor(new float[] { height, width, 0, 0, height, width }, device: prompt.device).unsqueeze(0).repeat(2 * prompt.size(0), 1); // [2B, 6]
        return new HighConditioning(
            cat([zeros_like(prompt), prompt]).MoveToOuterDisposeScope(), cat([zeros_like(pooled), pooled]).MoveToOuterDisposeScope(), times.MoveToOuterDisposeScope());
    }
}
