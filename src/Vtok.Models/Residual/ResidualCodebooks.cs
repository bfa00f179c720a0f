using Vtok.Models.Weights;

namespace Vtok.Models.Residual;

/// <summary>The fitted part of a residual tokenizer: books of all stages and the order of importance.</summary>
/// <remarks>
/// Names in a checkpoint (our own): <c>global.basis</c> [3 n^2, C] and <c>global.codes</c> [K, C] (the groups side by side);
/// for each stage and level <c>NAME.basis</c> [3 p^2, C] and <c>NAME.codes</c> [K, C]; <c>order.energy.NAME</c> int32 [K, shares] for each raster
/// stage and the first level; <c>order.weights.NAME</c> int64 [features] for each level. Codes are float16, bases float32.
/// Not thread-safe; on one device.
/// </remarks>
public sealed class ResidualCodebooks : IDisposable
{
    private readonly DctBands _bands;
    private readonly OpponentColour _colour;

    internal ResidualCodebooks(
        ResidualConfig config, IReadOnlyList<Codebook> global, IReadOnlyList<Codebook> books, ImportanceOrder order, Device device)
    {
        (Config, Global, Books, Order, Device) = (config, global, books, order, device);
        _bands = new DctBands(config.Size, device);
        _colour = new OpponentColour(device);
    }

    /// <summary>The stages.</summary>
    public ResidualConfig Config { get; }

    /// <summary>Where the books are.</summary>
    public Device Device { get; }

    /// <summary>Books of the global tokens.</summary>
    internal IReadOnlyList<Codebook> Global { get; }

    /// <summary>Books of the raster stages, then of the levels.</summary>
    internal IReadOnlyList<Codebook> Books { get; }

    internal ImportanceOrder Order { get; }

    internal DctBands Bands => _bands;

    /// <summary>Reads the books; tensors of other names (such as those of decoder heads) are left alone.</summary>
    /// <param name="config">The stages.</param>
    /// <param name="source">A checkpoint with the names of the remarks.</param>
    /// <param name="device">Where to put them. Default: CPU.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public static ResidualCodebooks Load(ResidualConfig config, IWeightSource source, Device? device = null)
    {
        config.Validate();
        device ??= CPU;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();

        Tensor basis = Read(source, "global.basis", ScalarType.Float32, device, config.GlobalValues, config.GlobalComponents);
        Tensor codes = Read(source, "global.codes", ScalarType.Float32, device, config.Codes, config.GlobalComponents);
        List<Codebook> global = [];
        int start = 0;
        foreach (int group in config.GlobalGroups)
        {
            global.Add(new Codebook(basis.narrow(1, start, group).clone(), codes.narrow(1, start, group).clone()));
            start += group;
        }
        List<Codebook> books = [.. config.AllStages.Select(stage => new Codebook(
            Read(source, $"{stage.Name}.basis", ScalarType.Float32, device, stage.Values, stage.Components).clone(),
            Read(source, $"{stage.Name}.codes", ScalarType.Float32, device, config.Codes, stage.Components).clone()))];

        List<int[]> energies = [];
        for (int s = 0; s <= config.Stages.Count; s++)
        {
            string name = $"order.energy.{config.AllStages.ElementAt(s).Name}";
            Tensor table = Read(source, name, ScalarType.Int32, CPU, config.Codes, ImportanceOrder.Shares(config, s));
            energies.Add(table.contiguous().data<int>().ToArray());
        }
        List<long[]> weights = [];
        for (int level = 0; level < config.Levels.Count; level++)
            weights.Add(Read(source, $"order.weights.{config.Levels[level].Name}", ScalarType.Int64, CPU,
                ImportanceOrder.FeatureCount(ImportanceOrder.SourceCount(config, level))).contiguous().data<long>().ToArray());
        return new ResidualCodebooks(config, global, books, new ImportanceOrder(config, energies, weights), device);
    }

    /// <summary>All tensors by name, as they are stored; new ones, in the caller's dispose scope.</summary>
    public IReadOnlyDictionary<string, Tensor> ToTensors()
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["global.basis"] = cat([.. Global.Select(g => g.Basis)], 1).cpu(),
            ["global.codes"] = cat([.. Global.Select(g => g.Codes)], 1).to(ScalarType.Float16).cpu(),
        };
        foreach ((ResidualStage stage, Codebook book) in Config.AllStages.Zip(Books))
        {
            tensors[$"{stage.Name}.basis"] = book.Basis.cpu().clone();
            tensors[$"{stage.Name}.codes"] = book.Codes.to(ScalarType.Float16).cpu();
        }
        for (int s = 0; s <= Config.Stages.Count; s++)
        {
            long[] shape = [Config.Codes, ImportanceOrder.Shares(Config, s)];
            tensors[$"order.energy.{Config.AllStages.ElementAt(s).Name}"] = tensor(Order.Energies[s], shape);
        }
        for (int level = 0; level < Config.Levels.Count; level++)
            tensors[$"order.weights.{Config.Levels[level].Name}"] = tensor(Order.Weights[level]);
        return tensors;
    }

    /// <summary>Which patch and level each token after the coarse ones belongs to.</summary>
    /// <remarks>Depends on ids alone, by integers; compute it once a picture.</remarks>
    /// <param name="ids">int64 [B, n], n at most the tokens of a whole encoding.</param>
    /// <returns>int64 [B, tokens - coarse tokens] of level * patches + patch, on the device of the books; with short ids only the
    /// entries of tokens that are there are those of the whole sequence.</returns>
    public Tensor Permutation(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        int batch = (int)ids.size(0), length = (int)ids.size(1), fine = Config.Tokens - Config.CoarseTokens;
        int global = Config.GlobalGroups.Count, coarse = Config.CoarseTokens - global;
        long[] slots = new long[batch * fine];
        if (length > Config.CoarseTokens)
        {
            ReadOnlySpan<long> values = ids.cpu().contiguous().data<long>().ToArray();
            for (int b = 0; b < batch; b++)
            {
                ReadOnlySpan<long> row = values.Slice(b * length, length);
                Order.OfSequence(row.Slice(global, coarse), row[Config.CoarseTokens..], slots.AsSpan(b * fine, fine));
            }
        }
        else
            for (int i = 0; i < slots.Length; i++)
                slots[i] = i % fine; // none of them is known
        return tensor(slots, [batch, fine], device: Device).MoveToOuterDisposeScope();
    }

    /// <summary>Looks the codes up: what every stage adds, at its own resolution.</summary>
    /// <param name="ids">int64 [B, n]; n is the whole number of tokens, or fewer.</param>
    /// <param name="lengths">int64 [B]: tokens of each picture that are known, 1..n; null means all n.</param>
    /// <param name="permutation"><see cref="Permutation"/> of the ids if the caller has it.</param>
    public StagePlanes Dequantize(Tensor ids, Tensor? lengths = null, Tensor? permutation = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        long batch = ids.size(0), given = ids.size(1);
        permutation ??= Permutation(ids);
        Tensor all = given < Config.Tokens ? nn.functional.pad(ids, [0, Config.Tokens - given]) : ids;                // [B, N]
        Tensor known = arange(Config.Tokens, device: Device).expand(batch, -1);
        known = (lengths is null ? known.lt(given) : known.lt(lengths.view(-1, 1))).to(ScalarType.Float32);           // [B, N]

        int levels = Config.Levels.Count, patches = Config.Patches, global = Config.GlobalGroups.Count;
        Tensor fineIds = zeros([batch, (long)levels * patches], ScalarType.Int64, Device).scatter(1, permutation, all[.., Config.CoarseTokens..]);
        Tensor fineKnown = zeros([batch, (long)levels * patches], device: Device).scatter(1, permutation, known[.., Config.CoarseTokens..]);

        List<Tensor> planes = [GlobalPlane(all[.., ..global], known[.., ..global])];
        List<Tensor> masks = [known[.., ..global].mean([1L]).view(batch, 1, 1, 1)];
        long start = global;
        for (int s = 0; s < Books.Count; s++)
        {
            ResidualStage stage = Stage(s);
            bool raster = s < Config.Stages.Count;
            long at = raster ? start : (long)(s - Config.Stages.Count) * patches;
            Tensor stageIds = (raster ? all : fineIds).narrow(1, at, stage.Slots);                                    // [B, g * g]
            Tensor stageKnown = (raster ? known : fineKnown).narrow(1, at, stage.Slots);
            planes.Add(Plane(s, stageIds, stageKnown));
            masks.Add(stageKnown.reshape(batch, 1, stage.Grid, stage.Grid));
            start += stage.Slots;
        }
        return new StagePlanes([.. planes.Select(p => p.MoveToOuterDisposeScope())], [.. masks.Select(m => m.MoveToOuterDisposeScope())]);
    }

    /// <summary>The sum of all stages as a picture: RGB nominally in 0..1, not clamped, [B, 3, side, side] or a crop of it.</summary>
    /// <param name="planes">What <see cref="Dequantize"/> gave.</param>
    /// <param name="side">Side of the whole picture; a smaller one cuts the band. Null means the native side.</param>
    /// <param name="crop">Part that is wanted; null means all of it.</param>
    public Tensor LinearPicture(StagePlanes planes, int? side = null, SquareCrop? crop = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return _colour.ToRgb(DrawCoefficients(Coefficients(planes.Planes), side, crop)).MoveToOuterDisposeScope();
    }

    /// <summary>One stage alone in the opponent space, in the units of pixels (0..255): [B, 3, side, side] or a crop of it.</summary>
    /// <param name="planes">What <see cref="Dequantize"/> gave.</param>
    /// <param name="index">0 is the global stage, then the raster stages, then the levels; null means the sum of all.</param>
    /// <param name="side">Side of the whole picture; null means the native one.</param>
    /// <param name="crop">Part that is wanted; null means all of it.</param>
    public Tensor OpponentPicture(StagePlanes planes, int? index = null, int? side = null, SquareCrop? crop = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor coefficients = index is { } i ? _bands.ToCoefficients(planes.Planes[i]) : Coefficients(planes.Planes);
        return DrawCoefficients(coefficients, side, crop).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the books.</summary>
    public void Dispose()
    {
        foreach (Codebook book in Global.Concat(Books))
            book.Dispose();
        _bands.Dispose();
        _colour.Dispose();
    }

    /// <summary>Raster stage or level by its place in <see cref="Books"/>.</summary>
    internal ResidualStage Stage(int index) => index < Config.Stages.Count ? Config.Stages[index] : Config.Levels[index - Config.Stages.Count];

    /// <summary>Coefficients of the band that any stage draws, of pictures in 0..1: [B, 3, S, S] -> [B, 3, band, band], opponent.</summary>
    internal Tensor Analyse(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bands = _bands.Analyse((pictures - 0.5) * 255, Config.Band);
        return _colour.FromCentred(bands).MoveToOuterDisposeScope(); // mixing colours commutes with the transform
    }

    /// <summary>The global plane: [B, groups] ids and known -> [B, 3, n, n].</summary>
    internal Tensor GlobalPlane(Tensor ids, Tensor? known)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros([ids.size(0), Config.GlobalValues], device: Device);
        for (int g = 0; g < Global.Count; g++)
            sum.add_(Global[g].Vectors(ids[.., g], known?[.., g]));
        return sum.view(-1, 3, Config.GlobalBand, Config.GlobalBand).MoveToOuterDisposeScope();
    }

    /// <summary>The plane of a raster stage or level: [B, g * g] ids and known -> [B, 3, n, n].</summary>
    internal Tensor Plane(int index, Tensor ids, Tensor? known)
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualStage stage = Stage(index);
        return Patches.Join(Books[index].Vectors(ids, known), stage.Grid, stage.Patch).MoveToOuterDisposeScope();
    }

    private Tensor DrawCoefficients(Tensor coefficients, int? side, SquareCrop? crop)
    {
        int whole = side ?? Config.Size;
        SquareCrop part = crop ?? new SquareCrop(0, 0, whole);
        return _bands.Draw(coefficients, whole, part.Top, part.Left, part.Side);
    }

    /// <summary>Sum of planes as coefficients of the whole band: [B, 3, band, band].</summary>
    internal Tensor Coefficients(IReadOnlyList<Tensor> planes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros([planes[0].size(0), 3, Config.Band, Config.Band], device: Device);
        foreach (IGrouping<long, Tensor> same in planes.GroupBy(p => p.size(2)))
        {
            Tensor plane = same.Aggregate((a, b) => a + b);
            sum.narrow(2, 0, same.Key).narrow(3, 0, same.Key).add_(_bands.ToCoefficients(plane));
        }
        return sum.MoveToOuterDisposeScope();
    }

    private static Tensor Read(IWeightSource source, string name, ScalarType type, Device device, params long[] shape)
    {
        if (!source.Entries.TryGetValue(name, out TensorEntry? entry) || !entry.Shape.SequenceEqual(shape))
            throw new CheckpointException(CheckpointError.Mismatch, $"{name}: {entry?.ToString() ?? "missing"}, expected [{string.Join(", ", shape)}]");
        return source[name].to(type).to(device);
    }
}
