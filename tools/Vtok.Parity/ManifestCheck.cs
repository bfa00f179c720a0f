namespace Vtok.Parity;

/// <summary>Compares the names and shapes of a model with a manifest.</summary>
internal static class ManifestCheck
{
    // set_default_device is one setting for the whole process.
    private static readonly Lock Gate = new();

    /// <summary>Builds the model without memory and notes every difference.</summary>
    public static CaseResult Run(Manifest manifest, IManifestBuilder builder, CaseResult row)
    {
        Dictionary<string, long[]> ours = Build(manifest, builder);
        var problems = new List<string>();
        foreach ((string name, long[] shape) in manifest.Parameters.Concat(manifest.Buffers))
        {
            if (!ours.Remove(name, out long[]? found))
            {
                if (!manifest.Buffers.ContainsKey(name) || !builder.Omits(manifest, name))
                    problems.Add($"{name}: missing in our model");
            }
            else if (!found.SequenceEqual(shape))
                problems.Add($"{name}: shape [{string.Join(", ", found)}], published [{string.Join(", ", shape)}]");
        }
        problems.AddRange(ours.Keys.Select(name => $"{name}: in our model only"));
        return row with
        {
            Status = problems.Count == 0 ? CaseStatus.Ok : CaseStatus.Fail,
            Compared = manifest.Parameters.Count + manifest.Buffers.Count,
            Reason = problems.Count > 1 ? $"{problems[0]} (and {problems.Count - 1} more)" : problems.FirstOrDefault() ?? "",
        };
    }

    private static Dictionary<string, long[]> Build(Manifest manifest, IManifestBuilder builder)
    {
        lock (Gate)
        {
            using DisposeScope scope = NewDisposeScope();
            Device before = get_default_device();
            set_default_device(META);
            try
            {
                using nn.Module model = builder.Build(manifest);
                return model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.shape);
            }
            finally
            {
                set_default_device(before);
            }
        }
    }
}
