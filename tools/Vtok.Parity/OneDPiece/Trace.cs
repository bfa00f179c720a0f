namespace Vtok.Parity.OneDPiece;

/// <summary>What the submodules of a network returned the first time they ran, by the names of the golden cases.</summary>
internal sealed class Trace
{
    private readonly Dictionary<string, Tensor> _seen;

    /// <summary>Listens to the submodules of <paramref name="network"/>; results go to <paramref name="seen"/>.</summary>
    /// <param name="network">The network.</param>
    /// <param name="names">Published module name to golden name; a "*" in both stands for a number.</param>
    /// <param name="seen">Takes the tensors.</param>
    public Trace(nn.Module network, IReadOnlyDictionary<string, string> names, Dictionary<string, Tensor> seen)
    {
        _seen = seen;
        foreach ((string path, nn.Module module) in network.named_modules())
            if (module is nn.Module<Tensor, Tensor> single && GoldenName(path, names) is { } name)
                single.register_forward_hook((_, _, output) => Note(name, output));
    }

    private Tensor Note(string name, Tensor output)
    {
        if (!_seen.ContainsKey(name))
            _seen[name] = output.detach().clone().DetachFromDisposeScope();
        return output;
    }

    private static string? GoldenName(string path, IReadOnlyDictionary<string, string> names)
    {
        if (names.TryGetValue(path, out string? exact))
            return exact;
        int dot = path.LastIndexOf('.');
        return dot >= 0 && path[(dot + 1)..].All(char.IsAsciiDigit) && names.TryGetValue(path[..(dot + 1)] + "*", out string? pattern)
            ? pattern.Replace("*", path[(dot + 1)..], StringComparison.Ordinal)
            : null;
    }
}
