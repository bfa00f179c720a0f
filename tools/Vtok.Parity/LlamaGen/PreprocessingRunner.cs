using Vtok.Imaging;

namespace Vtok.Parity.LlamaGen;

/// <summary>The crops of evaluation, of training and of code extraction, and the two published ways from float pixels to bytes.</summary>
internal sealed class PreprocessingRunner : ICaseRunner
{
    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["preprocessing"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int side = golden.Config.GetProperty("image_size").GetInt32();
        for (int i = 0; golden.HasInput($"image{i}"); i++)
        {
            RgbImage crop = ImageCrops.AdmCenterCrop(Picture(golden.Input($"image{i}")), side);
            report.Compare($"crop{i}", crop.Pixels);
            if (golden.HasExpected($"normalized{i}"))
                report.Compare($"normalized{i}", (tensor(crop.Pixels).view(side, side, 3).permute(2, 0, 1).to(ScalarType.Float32) / 255 - 0.5) / 0.5);
        }
        if (golden.HasInput("image_random"))
        {
            long[] draws = golden.Input("noise.randrange_draws").data<long>().ToArray(); // shorter side, top, left
            RgbImage resized = ImageCrops.AdmResize(Picture(golden.Input("image_random")), (int)draws[0]);
            report.Compare("random_crop", ImageCrops.Crop(resized, (int)draws[2], (int)draws[1], side, side).Pixels);
        }
        if (golden.HasInput("image_tencrop"))
            report.Compare("ten_crop", [.. ImageCrops.TenCrop(Picture(golden.Input("image_tencrop")), side).SelectMany(crop => crop.Pixels)]);
        if (golden.HasInput("decoded"))
            ToBytes(golden.Input("decoded"), report);
    }

    private static void ToBytes(Tensor decoded, CaseReport report)
    {
        report.Compare("to_uint8_trunc", (decoded * 127.5 + 128).clamp(0, 255).to(ScalarType.Byte));
        report.Compare("to_uint8_saveimage", (((decoded + 1) / 2).clamp(0, 1) * 255 + 0.5).clamp(0, 255).to(ScalarType.Byte));
    }

    private static RgbImage Picture(Tensor bytes) => new((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray());
}
