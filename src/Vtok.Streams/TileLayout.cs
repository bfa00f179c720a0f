namespace Vtok.Streams;

/// <summary>Where tiles of native size lie on a picture: row by row, neighbours overlapping, the last of a row or column ending at the border.</summary>
public sealed record TileLayout
{
    private readonly int _tileWidth;
    private readonly int _tileHeight;
    private readonly int _overlap;

    /// <summary>Lays tiles of <paramref name="tileWidth"/> x <paramref name="tileHeight"/> pixels over a picture.</summary>
    /// <param name="width">Width of the picture, at least 1.</param>
    /// <param name="height">Height of the picture, at least 1.</param>
    /// <param name="tileWidth">Width of a tile (the model's native width), at least 1.</param>
    /// <param name="tileHeight">Height of a tile (the model's native height), at least 1.</param>
    /// <param name="overlap">Pixels that neighbours share, 0 to half the smaller side of a tile.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1 or an overlap out of range.</exception>
    public TileLayout(int width, int height, int tileWidth, int tileHeight, int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileHeight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, Math.Min(tileWidth, tileHeight) / 2);
        (Width, Height, _tileWidth, _tileHeight, _overlap) = (width, height, tileWidth, tileHeight, overlap);
        Columns = CountAlong(width, tileWidth, overlap);
        Rows = CountAlong(height, tileHeight, overlap);
    }

    /// <summary>Width of the picture.</summary>
    public int Width { get; }

    /// <summary>Height of the picture.</summary>
    public int Height { get; }

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; }

    /// <summary>Tiles in a column.</summary>
    public int Rows { get; }

    /// <summary>Tiles in all: the lanes of the file.</summary>
    public long Count => (long)Columns * Rows;

    /// <summary>Left edge of the tiles of column <paramref name="column"/>.</summary>
    public int X(int column) => OriginAlong(Width, _tileWidth, _overlap, column);

    /// <summary>Top edge of the tiles of row <paramref name="row"/>.</summary>
    public int Y(int row) => OriginAlong(Height, _tileHeight, _overlap, row);

    // One tile covers a side that is no longer than it is; its rest is filled by repeating the last row or column.
    private static int CountAlong(int side, int tile, int overlap)
    {
        int stride = tile - overlap;
        return side <= tile ? 1 : 1 + (side - tile + stride - 1) / stride;
    }

    private static int OriginAlong(int side, int tile, int overlap, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, CountAlong(side, tile, overlap));
        return (int)Math.Min((long)index * (tile - overlap), Math.Max(side - tile, 0));
    }
}
