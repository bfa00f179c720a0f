using System.Text.Json;
using Vtok.Imaging;
using Vtok.Models.Perceptual;

namespace Vtok.Parity.Perceptual;

/// <summary>mbn-KID of photos-val against its block means and against Kodak-256, from the files to the figure.</summary>
internal sealed class PhotosKernelDistanceRunner : IFileRunner
{
    private const int BatchSize = 8;

    public string Family => "perceptual-mobilenetv2";

    public string File => "mbn-kid-photos-val.json";

    public void Run(JsonElement content, string folder, CaseReport report)
    {
        string[] photos = Directory.GetFiles(GoldenFiles.Find(folder, "data/photos-val"), "*.webp");
        string[] kodak = Directory.GetFiles(GoldenFiles.Find(folder, "data/kodak"), "*.webp");
        using MobileNetV2 network = PerceptualNetworks.MobileNet();
        using IDisposable frozen = no_grad();
        FeatureSet originals = Features(network, photos, bytes => bytes);
        FeatureSet blocks = Features(network, photos, BlockMeans.Apply);
        // Quirk: this stored figure has Kodak shrunk by the cubic filter, as photos-val was; by Lanczos, as Kodak-256 is defined, it is 0.0090894.
        FeatureSet others = Features(network, kodak, bytes => bytes, ResampleFilter.Bicubic);
        (double mean, double deviation) = KernelDistance.OverSubsets(originals, blocks,
            content.GetProperty("subsets").GetInt32(), content.GetProperty("subset_size").GetInt32(), content.GetProperty("seed").GetUInt64());
        double relative = content.GetProperty("tolerance_rel").GetDouble();
        JsonElement also = content.GetProperty("also");

        Check("mmd2_full", KernelDistance.Unbiased(originals, blocks), content);
        Check("kid_mean", mean, content);
        Check("kid_std", deviation, content);
        Check("photos-val vs Kodak-256, mmd2_full", KernelDistance.Unbiased(originals, others), also);
        Check("feature_mean_photos_val", originals.Mean().Average(), also);

        void Check(string name, double actual, JsonElement owner)
        {
            double expected = owner.GetProperty(name).GetDouble();
            report.Check(name, actual, expected, Math.Abs(expected) * relative);
        }
    }

    private static FeatureSet Features(MobileNetV2 network, string[] files, Func<Tensor, Tensor> change, ResampleFilter filter = ResampleFilter.Lanczos)
    {
        List<float> values = [];
        foreach (string[] batch in files.Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor bytes = cat([.. batch.Select(file => BlockMeans.Read(file, filter))]);
            values.AddRange(network.Pooled(PerceptualNetworks.ToInput(change(bytes))).data<float>());
        }
        return new FeatureSet([.. values], MobileNetV2.FeatureCount);
    }
}
