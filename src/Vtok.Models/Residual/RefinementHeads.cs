using Vtok.Models.Weights;

namespace Vtok.Models.Residual;

/// <summary>Refinement decoders in a checkpoint: <c>heads.LOOK.*</c>, stored as float16; sizes are read off the shapes.</summary>
public static class RefinementHeads
{
    private const string Prefix = "heads.";

    /// <summary>Looks of a checkpoint in alphabetical order; the first is the default.</summary>
    public static IReadOnlyList<string> Looks(IWeightSource source) =>
    [
        .. source.Entries.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name.Split('.')[1]).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Loads a head as float32.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="look">Name of the head.</param>
    /// <param name="inputPlanes">Planes that the head must take.</param>
    /// <param name="device">Where to put it; null means the CPU.</param>
    /// <exception cref="CheckpointException">The head is not there, lacks a tensor, or a shape does not fit.</exception>
    public static RefinementDecoder Load(IWeightSource source, string look, int inputPlanes, Device? device = null)
    {
        string head = $"{Prefix}{look}.";
        RefinementConfig config = new()
        {
            Widths = [Outputs(source, $"{head}stem.weight"), Outputs(source, $"{head}d0.weight"), Outputs(source, $"{head}d1.weight")],
            Blocks = [.. ((string[])["e0", "e1", "m", "f1", "f0"]).Select(group => Blocks(source, $"{head}{group}."))],
        };
        var decoder = new RefinementDecoder(inputPlanes, config, device: device);
        try
        {
            Fill(decoder, source, head);
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of a head by their names in a checkpoint, float16, in the caller's dispose scope.</summary>
    public static IReadOnlyDictionary<string, Tensor> ToTensors(RefinementDecoder decoder, string look)
    {
        using (no_grad())
            return decoder.named_parameters().ToDictionary(p => $"{Prefix}{look}.{p.name}", p => p.parameter.detach().to(ScalarType.Float16).cpu());
    }

    /// <summary>Rounds the weights of a head to what a checkpoint keeps of them, so that what is measured is what opens later.</summary>
    public static void Round(RefinementDecoder decoder)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (TorchSharp.Modules.Parameter parameter in decoder.parameters())
            parameter.copy_(parameter.to(ScalarType.Float16));
    }

    private static void Fill(RefinementDecoder decoder, IWeightSource source, string head)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in decoder.named_parameters())
        {
            if (!source.Entries.TryGetValue(head + name, out TensorEntry? entry) || !entry.Shape.SequenceEqual(parameter.shape))
                throw new CheckpointException(CheckpointError.Mismatch,
                    $"{head}{name}: {entry?.ToString() ?? "missing"}, expected [{string.Join(", ", parameter.shape)}]");
            parameter.copy_(source[head + name]);
        }
    }

    private static int Outputs(IWeightSource source, string name)
        => source.Entries.TryGetValue(name, out TensorEntry? entry) && entry.Shape.Count == 4 && entry.Shape[0] is > 0 and <= 4096
            ? (int)entry.Shape[0]
            : throw new CheckpointException(CheckpointError.Mismatch, $"{name}: {entry?.ToString() ?? "missing"}, expected a convolution of a refinement head");

    private static int Blocks(IWeightSource source, string prefix)
        => source.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..].Split('.')[0]).Distinct().Count();
}
