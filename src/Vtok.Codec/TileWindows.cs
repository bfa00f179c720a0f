using System.Collections;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>The tiles of a picture, each copied out when it is asked for: a large picture is not held twice.</summary>
internal sealed class TileWindows(RgbImage picture, TileLayout tiles, int tileWidth, int tileHeight) : IReadOnlyList<RgbImage>
{
    public int Count => (int)tiles.Count;

    public RgbImage this[int index] =>
        Borders.Window(picture, tiles.X(index % tiles.Columns), tiles.Y(index / tiles.Columns), tileWidth, tileHeight);

    public IEnumerator<RgbImage> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
