using Vtok.Models.Residual;
using Vtok.Training.Data;

namespace Vtok.Training.Tasks;

/// <summary>Held-out pictures with their tokens.</summary>
internal sealed class RefinementValidation(ResidualCodebooks codebooks, Tensor bytes, Tensor ids, Tensor slots) : IDisposable
{
    private const int Chunk = 8;

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

    /// <summary>Mean PSNR of the decoded pictures rounded to bytes.</summary>
    public double Psnr(int length, Func<RefinementInput, Tensor> decode)
    {
        double sum = 0;
        long at = 0;
        foreach (Tensor pictures in Pictures(length, decode))
        {
            using DisposeScope scope = NewDisposeScope();
            long count = pictures.size(0);
            Tensor error = PictureTensors.ToBytes(pictures).cpu().to(ScalarType.Float32) - Bytes.narrow(0, at, count).to(ScalarType.Float32);
            sum += (10 * (255 * 255 / error.square().mean([1, 2, 3])).log10()).sum().item<float>();
            at += count;
            pictures.Dispose();
        }
        return sum / at;
    }

    public void Dispose()
    {
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
