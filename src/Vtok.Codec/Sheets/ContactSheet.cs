using Vtok.Imaging;

namespace Vtok.Codec.Sheets;

/// <summary>Labelled pictures side by side.</summary>
public static class ContactSheet
{
    private const int Margin = 12;
    private const int TextScale = 2;
    private const int LabelHeight = BitmapFont.Height * TextScale + 12;

    /// <summary>Draws a sheet.</summary>
    /// <param name="cells">The pictures, row by row.</param>
    /// <param name="columns">Pictures in a row.</param>
    /// <param name="width">Width of a cell in pixels.</param>
    /// <param name="height">Height of a cell in pixels.</param>
    public static RgbImage Draw(IReadOnlyList<SheetCell> cells, int columns, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(cells);
        int rows = (cells.Count + columns - 1) / columns;
        var sheet = new RgbImage(Margin + columns * (width + Margin), Margin + rows * (height + LabelHeight + Margin));
        sheet.Pixels.AsSpan().Fill(250);
        for (int i = 0; i < cells.Count; i++)
        {
            int left = Margin + i % columns * (width + Margin), top = Margin + i / columns * (height + LabelHeight + Margin);
            RgbImage picture = Resampler.Resize(cells[i].Picture, width, height, ResampleFilter.Lanczos);
            for (int y = 0; y < height; y++)
                picture.Row(y).CopyTo(sheet.Row(top + y)[(left * 3)..]);
            BitmapFont.Draw(sheet, left, top + height + 8, cells[i].Label, TextScale);
        }
        return sheet;
    }
}
