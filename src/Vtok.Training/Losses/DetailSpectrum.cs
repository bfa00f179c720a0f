using Vtok.Models;

namespace Vtok.Training.Losses;

/// <summary>The spectrum of pictures' fine structure, and how much of it no photograph accounts for.</summary>
/// <remarks>A decoder that is rewarded for looking detailed can put a faint stripe of one frequency everywhere, of a phase that changes from picture to picture:
/// folding (<see cref="GridPattern"/>) is blind to it. Its spectrum has a peak where those of photographs are almost empty.</remarks>
public static class DetailSpectrum
{
    private const int Tile = 32;
    private const double Small = 1e-8;

    /// <summary>The share of the pictures' power, at its frequencies, that exceeds the power of the originals there: 0..1, differentiable.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1, H and W multiples of 32.</param>
    /// <param name="originals">What they are compared with, the same shape.</param>
    /// <param name="whole">How means over these pictures become those over the whole batch. Default: these are all.</param>
    public static Tensor Excess(Tensor pictures, Tensor originals, BatchMean? whole = null)
    {
        using DisposeScope scope = NewDisposeScope();
        whole ??= BatchMean.Alone;
        Tensor wanted;
        using (no_grad())
            wanted = whole.ValueOf(Power(originals));
        return ExcessOf(whole.Of(Power(pictures)), wanted).MoveToOuterDisposeScope();
    }

    /// <summary>The mean power at each frequency of tiles of 32 x 32 pixels that half overlap, each less its mean and under a Hann window: [32, 17].</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    internal static Tensor Power(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ramp = hann_window(Tile, device: pictures.device);
        Tensor tiles = pictures.unfold(2, Tile, Tile / 2).unfold(3, Tile, Tile / 2);                       // [B, 3, rows, columns, 32, 32]
        Tensor centred = tiles - tiles.mean([4, 5], keepdim: true);
        Tensor spectrum = fft.rfft2(centred * ramp.unsqueeze(1) * ramp, dim: [4, 5]);                      // [B, 3, rows, columns, 32, 17]
        return (spectrum.real.square() + spectrum.imag.square()).mean([0, 1, 2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>The same of two spectra; what is divided by carries no gradient, so that power elsewhere does not pay for a peak.</summary>
    internal static Tensor ExcessOf(Tensor power, Tensor wanted)
        => ((power - wanted).relu() * Weight(power)).sum() / ((power.detach() * Weight(power)).sum() + Small);

    /// <summary>Slow changes of a tile are hundreds of times as strong as its detail: frequencies weigh with the square of their distance from zero.</summary>
    private static Tensor Weight(Tensor power)
    {
        Tensor rows = fft.fftfreq(Tile, device: power.device).square().unsqueeze(1);                       // [32, 1]
        Tensor columns = fft.rfftfreq(Tile, device: power.device).square();                                // [17]
        return rows + columns;
    }
}
