using Vtok.Data;
using Vtok.Models.Residual;
using Vtok.Models.Weights;
using Vtok.Training.Collectives;
using Vtok.Training.Data;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>Pictures of stage B with their tokens, which are made once and cached, and the held-out pictures.</summary>
internal sealed class RefinementData : IDisposable
{
    /// <summary>Windows begin at multiples of this, the side of the finest patches.</summary>
    private const int Patch = 32;

    private const int EncodeChunk = 64;

    private readonly Tensor _pictures; // uint8 [N, 3, 256, 256]
    private readonly Tensor _ids;      // int16 [N, 256]
    private readonly Tensor _slots;    // int16 [N, 192]

    private RefinementData(ResidualCodebooks codebooks, Tensor pictures, Tensor ids, Tensor slots, RefinementValidation? validation)
        => (Codebooks, _pictures, _ids, _slots, Validation) = (codebooks, pictures, ids, slots, validation);

    /// <summary>The books, on the device of the training.</summary>
    public ResidualCodebooks Codebooks { get; }

    /// <summary>Tells these tokens from others.</summary>
    public string Digest => string.Join(' ', WeightDigest.Of([_ids, _slots]));

    /// <summary>Held-out pictures, or null when none were given.</summary>
    public RefinementValidation? Validation { get; }

    /// <summary>Reads the pictures and encodes them greedily, unless the cache has them already.</summary>
    /// <param name="run">Data and run folder.</param>
    /// <param name="settings">Crops and cache.</param>
    /// <param name="digest">Names the books, so that tokens of other books are not taken from the cache.</param>
    /// <param name="codebooks">The books; this object owns them from here on.</param>
    public static RefinementData Load(TrainingRun run, RefinementSettings settings, string digest, ResidualCodebooks codebooks)
    {
        if (run.Data is not { } folder)
            throw new RecipeException(RecipeError.Unavailable, "this task needs pictures: --data FOLDER");
        string cache = settings.Cache ?? Path.Combine(run.Folder, "cache");
        Directory.CreateDirectory(cache);
        using ISampleSource source = TrainingPictures.Open(folder);
        Tensor pictures = TrainingPictures.Load(source, Path.Combine(cache, "crops.safetensors"), codebooks.Config.Size, settings.Crops, settings.CropLeast,
            run.Recipe.Seed, run.Say, run.Stop);

        string tokens = Path.Combine(cache, "tokens.safetensors");
        string crops = TrainingPictures.Describe(source, codebooks.Config.Size, settings.Crops, settings.CropLeast, run.Recipe.Seed);
        string origin = $"{digest}: {crops}, {pictures.size(0)} whole";
        if (!TrainingPictures.IsOf(tokens, origin))
        {
            run.Say?.Invoke($"encoding {pictures.size(0)} crops");
            using DisposeScope scope = NewDisposeScope();
            (Tensor madeIds, Tensor madeSlots) = Encode(codebooks, pictures, run.Stop);
            SafetensorsWriter.Write(tokens, new Dictionary<string, Tensor> { ["ids"] = madeIds, ["slots"] = madeSlots },
                new Dictionary<string, string> { ["settings"] = origin });
        }
        using SafetensorsFile file = SafetensorsFile.Open(tokens);
        Tensor ids = file["ids"].DetachFromDisposeScope(), slots = file["slots"].DetachFromDisposeScope();

        RefinementValidation? validation = null;
        if (run.Validation is { } held)
        {
            Tensor bytes = ValidationPictures.Load(held, codebooks.Config.Size, settings.ValidateEvery, run.Say);
            using DisposeScope scope = NewDisposeScope();
            (Tensor heldIds, Tensor heldSlots) = Encode(codebooks, bytes, run.Stop);
            validation = new RefinementValidation(codebooks, bytes, heldIds.DetachFromDisposeScope(), heldSlots.DetachFromDisposeScope(),
                ReconstructionMeter.OpenJudge(settings.Judge, codebooks.Device, run.Say));
        }
        return new RefinementData(codebooks, pictures, ids, slots, validation);
    }

    /// <summary>The batch of a step: pictures [B, 3, W, W] in -1..1, ids int64 [B, 256], slots int64 [B, 192], lengths int64 [B], and the
    /// corner int64 [2] (x, y) of the window, which the whole batch shares.</summary>
    public TrainingBatch Draw(Recipe recipe, RefinementSettings settings, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        var draw = new RandomDraw(recipe.Seed, step, "batch");
        long[] rows = new long[recipe.Batch];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = draw.Next((int)_pictures.size(0));
        int places = ((int)_pictures.size(2) - settings.Window) / Patch + 1;
        long x = draw.Next(places) * Patch, y = draw.Next(places) * Patch;
        long[] lengths = settings.Look == "vivid" ? PrefixLengths.OneClass(ref draw, rows.Length) : PrefixLengths.Any(ref draw, rows.Length);

        Tensor index = tensor(rows);
        Tensor window = _pictures.narrow(2, y, settings.Window).narrow(3, x, settings.Window).index_select(0, index);
        return new TrainingBatch(step, rows.Length, new Dictionary<string, Tensor>
        {
            ["pictures"] = PictureTensors.FromBytes(window).DetachFromDisposeScope(),
            ["ids"] = _ids.index_select(0, index).to(ScalarType.Int64).DetachFromDisposeScope(),
            ["slots"] = _slots.index_select(0, index).to(ScalarType.Int64).DetachFromDisposeScope(),
            ["lengths"] = tensor(lengths).DetachFromDisposeScope(),
            ["corner"] = tensor((long[])[x, y]).DetachFromDisposeScope(),
        })
        {
            Common = ["corner"],
        };
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _ids.Dispose();
        _slots.Dispose();
        Validation?.Dispose();
        Codebooks.Dispose();
    }

    private static (Tensor Ids, Tensor Slots) Encode(ResidualCodebooks codebooks, Tensor bytes, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var encoder = new ResidualEncoder(codebooks);
        List<Tensor> ids = [], slots = [];
        for (long i = 0; i < bytes.size(0); i += EncodeChunk)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            Tensor pictures = bytes.narrow(0, i, Math.Min(EncodeChunk, bytes.size(0) - i)).to(ScalarType.Float32) / 255;
            Tensor found = encoder.Encode(pictures.to(codebooks.Device));
            slots.Add(codebooks.Permutation(found).cpu().to(ScalarType.Int16).MoveToOuterDisposeScope());
            ids.Add(found.cpu().to(ScalarType.Int16).MoveToOuterDisposeScope());
        }
        return (cat(ids).MoveToOuterDisposeScope(), cat(slots).MoveToOuterDisposeScope());
    }
}
