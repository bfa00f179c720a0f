namespace Vtok.Imaging;

/// <summary>The part of the source that a resize reads, in source pixels; fractions allowed.</summary>
/// <param name="Left">0 or more.</param>
/// <param name="Top">0 or more.</param>
/// <param name="Right">Above <paramref name="Left"/>, at most the width.</param>
/// <param name="Bottom">Above <paramref name="Top"/>, at most the height.</param>
public readonly record struct ResampleBox(float Left, float Top, float Right, float Bottom)
{
    internal void Validate(int width, int height)
    {
        bool horizontal = Left >= 0 && Left < Right && Right <= width;
        bool vertical = Top >= 0 && Top < Bottom && Bottom <= height;
        if (!horizontal || !vertical)
            throw new ArgumentException($"box {Left},{Top},{Right},{Bottom} does not lie inside {width}x{height}");
    }
}
