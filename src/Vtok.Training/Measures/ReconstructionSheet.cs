using Vtok.Imaging;
using Vtok.Training.Data;

namespace Vtok.Training.Measures;

/// <summary>A PNG of pictures beside each other: a row a picture, the original first.</summary>
internal static class ReconstructionSheet
{
    private const int Gap = 4;

    /// <summary>Writes the sheet.</summary>
    /// <param name="path">PNG file.</param>
    /// <param name="columns">Each [N, 3, H, W] in -1..1: the same N pictures in every column.</param>
    public static void Write(string path, IReadOnlyList<Tensor> columns)
    {
        int rows = (int)columns[0].size(0), height = (int)columns[0].size(2), width = (int)columns[0].size(3);
        var sheet = new RgbImage(columns.Count * (width + Gap) - Gap, rows * (height + Gap) - Gap);
        Array.Fill(sheet.Pixels, byte.MaxValue);
        for (int column = 0; column < columns.Count; column++)
            for (int row = 0; row < rows; row++)
            {
                using DisposeScope scope = NewDisposeScope();
                RgbImage picture = PictureTensors.ToImage(columns[column][row]);
                for (int y = 0; y < height; y++)
                    picture.Row(y).CopyTo(sheet.Row(row * (height + Gap) + y).Slice(column * (width + Gap) * 3, width * 3));
            }
        string temporary = path + ".tmp";
        File.WriteAllBytes(temporary, new VipsImageCodec().Encode(sheet, ImageFormat.Png));
        File.Move(temporary, path, overwrite: true);
    }
}
