using Vtok.Models.Perceptual;
using Vtok.Models.Residual;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Measures;

namespace Vtok.Training.Tasks;

/// <summary>Held-out pictures with their tokens.</summary>
/// <param name="codebooks">The books; not owned.</param>
/// <param name="bytes">The originals, uint8 [N, 3, 256, 256]; owned, as are the others.</param>
/// <param name="ids">Their tokens, int16 [N, 256].</param>
/// <param name="slots">Their permutations, int16 [N, 192].</param>
/// <param name="judge">The perceptual network that judges them, or null.</param>
internal sealed class RefinementValidation(ResidualCodebooks codebooks, Tensor bytes, Tensor ids, Tensor slots, LpipsSqueeze? judge) : IDisposable
{
    private const int Chunk = 8;
    private const int GridPeriod = 64;

    /// <summary>The originals: uint8 [N, 3, 256, 256].</summary>
    public Tensor Bytes { get; } = bytes;

    /// <summary>Decodes all pictures from a prefix, some at a time: [b, 3, 256, 256] in -1..1; the caller disposes them.</summary>
    /// <param name="length">Tokens of each picture.</param>
    /// <param name="decode">Input to pictures.</param>
    public IEnumerable<Tensor> Pictures(int length, Func<RefinementInput, Tensor> decode)
    {
        for (long i = 0; i < Bytes.size(0); i += Chunk)
            yield return Decode(i, Math.Min(Chunk, Bytes.size(0) - i), length, decode);
    }

    /// <summary>Decodes all pictures from a prefix and measures them.</summary>
    /// <param name="length">Tokens of each picture.</param>
    /// <param name="decode">Input to pictures.</param>
    /// <param name="distance">Distance of pictures, [B].</param>
    public LengthReport Measure(int length, Func<RefinementInput, Tensor> decode, Func<Tensor, Tensor, Tensor> distance)
    {
        using var grid = new GridMeter(GridPeriod);
        using var whole = new GridMeter((int)Bytes.size(3));
        using var spectrum = new SpectrumMeter();
        var meter = new ReconstructionMeter(judge);
        double loss = 0, weave = 0;
        long at = 0;
        foreach (Tensor pictures in Pictures(length, decode))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            Tensor original = Bytes.narrow(0, at, pictures.size(0));
            Tensor scaled = PictureTensors.FromBytes(original).to(pictures.device);
            meter.Add(pictures * 0.5 + 0.5, original.to(pictures.device).to(ScalarType.Float32) / 255); // as the model's own decoding scales
            loss += distance(pictures, scaled).sum().item<float>();
            weave += GridPattern.Weave(pictures).item<float>() * pictures.size(0);
            grid.Add(pictures);
            whole.Add(pictures);
            spectrum.Add(pictures, scaled);
            at += pictures.size(0);
            pictures.Dispose();
        }
        (double first, double second) = grid.Read();
        return new LengthReport(meter.Means(), loss / at, first, second, weave / at, at > 1 ? whole.ReadFixedPattern() : 0,
            spectrum.Read());
    }

    public void Dispose()
    {
        judge?.Dispose();
        Bytes.Dispose();
        ids.Dispose();
        slots.Dispose();
    }

    private Tensor Decode(long first, long count, int length, Func<RefinementInput, Tensor> decode)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor known = full([count], length, ScalarType.Int64, codebooks.Device);
        StagePlanes stages = codebooks.Dequantize(ids.narrow(0, first, count).to(ScalarType.Int64).to(codebooks.Device), known,
            slots.narrow(0, first, count).to(ScalarType.Int64).to(codebooks.Device));
        return decode(RefinementPlanes.Make(codebooks, stages)).DetachFromDisposeScope();
    }
}
