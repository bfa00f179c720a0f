using Vtok.Models.Perceptual;
using Vtok.Training.Measures;

namespace Vtok.Training.Data;

/// <summary>Held-out pictures and what is measured and drawn on them.</summary>
/// <param name="bytes">uint8 [N, 3, S, S]; owned.</param>
/// <param name="judge">The perceptual network that judges them, or null; owned.</param>
/// <param name="device">Where reconstructions are made.</param>
/// <param name="text">Text features of each [N, T, E], or null; owned.</param>
internal sealed class HeldOutPictures(Tensor bytes, LpipsSqueeze? judge, Device device, Tensor? text = null) : IDisposable
{
    private const int Chunk = 8;
    private const int SheetRows = 6;

    /// <summary>How many there are.</summary>
    public long Count => bytes.size(0);

    /// <summary>The means of <see cref="ReconstructionMeter"/>, each with a suffix to its name.</summary>
    /// <param name="reconstruct">Pictures [B, 3, S, S] in 0..1 and their text features, or null, to reconstructions, not clamped.</param>
    /// <param name="suffix">Such as the number of tokens.</param>
    public IReadOnlyDictionary<string, double> Measure(Func<Tensor, Tensor?, Tensor> reconstruct, string suffix = "")
    {
        var meter = new ReconstructionMeter(judge);
        for (long i = 0; i < Count; i += Chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable quiet = no_grad();
            long count = Math.Min(Chunk, Count - i);
            Tensor pictures = Unit(i, count);
            meter.Add(reconstruct(pictures, Text(i, count)), pictures);
        }
        return meter.Means(suffix);
    }

    /// <summary>Draws the first pictures, each with its reconstructions beside it.</summary>
    /// <param name="path">PNG file.</param>
    /// <param name="columns">As in <see cref="Measure"/>, one a column.</param>
    public void WriteSheet(string path, IEnumerable<Func<Tensor, Tensor?, Tensor>> columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        long count = Math.Min(SheetRows, Count);
        Tensor pictures = Unit(0, count);
        ReconstructionSheet.Write(path, [pictures * 2 - 1, .. columns.Select(reconstruct => reconstruct(pictures, Text(0, count)) * 2 - 1)]);
    }

    public void Dispose()
    {
        bytes.Dispose();
        text?.Dispose();
        judge?.Dispose();
    }

    private Tensor? Text(long first, long count) => text?.narrow(0, first, count).to(device);

    // uint8 to 0..1.
    private Tensor Unit(long first, long count) => bytes.narrow(0, first, count).to(device).to(ScalarType.Float32) / 255;
}
