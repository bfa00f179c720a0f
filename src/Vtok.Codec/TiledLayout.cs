using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>Covers the picture at its own scale with tiles, and blends their overlaps.</summary>
internal sealed class TiledLayout : PictureLayout
{
    private readonly TileLayout _tiles;
    private readonly int _tileWidth;
    private readonly int _tileHeight;

    public TiledLayout(int width, int height, int tileWidth, int tileHeight, int overlap) : base(width, height)
    {
        (_tileWidth, _tileHeight) = (tileWidth, tileHeight);
        _tiles = new TileLayout(width, height, tileWidth, tileHeight, overlap);
        if (_tiles.Count > VtokLimits.Lanes)
            throw new ArgumentException($"{width}x{height} needs {_tiles.Count} tiles of {tileWidth}x{tileHeight}, more than the {VtokLimits.Lanes} a file may hold");
    }

    public override int Lanes => (int)_tiles.Count;

    public override (int Width, int Height) LaneSize => (_tileWidth, _tileHeight);

    public override IReadOnlyList<RgbImage> Split(RgbImage picture) => new TileWindows(picture, _tiles, _tileWidth, _tileHeight);

    public override RgbImage Join(IEnumerable<RgbImage> lanes)
    {
        var picture = new RgbImage(Width, Height);
        float[][] across = BlendWeights.Along(Width, _tileWidth, [.. Enumerable.Range(0, _tiles.Columns).Select(_tiles.X)]);
        float[][] down = BlendWeights.Along(Height, _tileHeight, [.. Enumerable.Range(0, _tiles.Rows).Select(_tiles.Y)]);
        float[] band = new float[Math.Min(_tileHeight, Height) * Width * 3]; // sums of the rows that the present row of tiles covers
        using IEnumerator<RgbImage> next = lanes.GetEnumerator();
        for (int row = 0; row < _tiles.Rows; row++)
        {
            for (int column = 0; column < _tiles.Columns; column++)
            {
                if (!next.MoveNext())
                    throw new ArgumentException($"{row * _tiles.Columns + column} tiles, expected {Lanes}", nameof(lanes));
                Add(band, next.Current, _tiles.X(column), across[column], down[row]);
            }
            int top = _tiles.Y(row), end = row + 1 < _tiles.Rows ? _tiles.Y(row + 1) : Height;
            Flush(band, (end - top) * Width * 3, picture.Pixels.AsSpan(top * Width * 3));
        }
        return picture;
    }

    private void Add(float[] band, RgbImage tile, int left, float[] across, float[] down)
    {
        for (int y = 0; y < down.Length; y++)
        {
            ReadOnlySpan<byte> source = tile.Row(y);
            Span<float> sums = band.AsSpan((y * Width + left) * 3, across.Length * 3);
            for (int x = 0; x < across.Length; x++)
            {
                float weight = down[y] * across[x];
                sums[x * 3] += weight * source[x * 3];
                sums[x * 3 + 1] += weight * source[x * 3 + 1];
                sums[x * 3 + 2] += weight * source[x * 3 + 2];
            }
        }
    }

    // Rounds the first values, which no later tile touches, and moves the rest of the band up.
    private static void Flush(float[] band, int count, Span<byte> pixels)
    {
        for (int i = 0; i < count; i++)
            pixels[i] = (byte)Math.Clamp((int)(band[i] + 0.5f), 0, 255);
        band.AsSpan(count).CopyTo(band);
        band.AsSpan(band.Length - count).Clear();
    }
}
