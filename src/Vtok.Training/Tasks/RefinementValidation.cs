using Vtok.Models.Residual;
using Vtok.Training.Data;
using Vtok.Training.Losses;

namespace Vtok.Training.Tasks;

/// <summary>Held-out pictures with their tokens.</summary>
internal sealed class RefinementValidation(ResidualCodebooks codebooks, Tensor bytes, Tensor ids, Tensor slots) : IDisposable
{
    private const int Chunk = 8;
    private const int GridPeriod = 64;

    private readonly MultiScaleSsim _structure = new((int)bytes.size(3), codebooks.Device);

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
        double psnr = 0, structure = 0, loss = 0, weave = 0;
        long at = 0;
        foreach (Tensor pictures in Pictures(length, decode))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            Tensor original = Bytes.narrow(0, at, pictures.size(0));
            Tensor scaled = PictureTensors.FromBytes(original).to(pictures.device);
            Tensor wanted = original.to(ScalarType.Float32).to(pictures.device);
            Tensor shown = PictureTensors.ToBytes(pictures).to(ScalarType.Float32);
            psnr += (10 * (255 * 255 / (shown - wanted).square().mean([1, 2, 3])).log10()).sum().item<float>();
            structure += _structure.Of(shown / 255, wanted / 255).sum().item<float>();
            loss += distance(pictures, scaled).sum().item<float>();
            weave += GridPattern.Weave(pictures).item<float>() * pictures.size(0);
            grid.Add(pictures);
            whole.Add(pictures);
            spectrum.Add(pictures, scaled);
            at += pictures.size(0);
            pictures.Dispose();
        }
        (double first, double second) = grid.Read();
        return new LengthReport(psnr / at, structure / at, loss / at, first, second, weave / at, at > 1 ? whole.ReadFixedPattern() : 0,
            spectrum.Read());
    }

    public void Dispose()
    {
        _structure.Dispose();
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
