using System.Globalization;
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
        FeatureSet others = Features(network, kodak, bytes => bytes);
        (double mean, double deviation) = KernelDistance.OverSubsets(originals, blocks,
            content.GetProperty("subsets").GetInt32(), content.GetProperty("subset_size").GetInt32(), content.GetProperty("seed").GetUInt64());
        double relative = content.GetProperty("tolerance_rel").GetDouble();
        JsonElement also = content.GetProperty("also");

        Check("mmd2_full", KernelDistance.Unbiased(originals, blocks), content);
        Check("kid_mean", mean, content);
        Check("kid_std", deviation, content);
        const string Crossed = "photos-val vs Kodak-256, mmd2_full";
        double crossed = KernelDistance.Unbiased(originals, others);
        if (also.TryGetProperty("filter", out JsonElement named) && named.GetString() == "lanczos")
            Check(Crossed, crossed, also);
        else // the figure depends on the filter in its first digit
            report.NotComparable(Crossed, string.Create(CultureInfo.InvariantCulture,
                $"the file does not say how Kodak was shrunk; by Lanczos, as Kodak-256 is defined, it is {crossed:G5}, recorded {also.GetProperty(Crossed).GetDouble():G5}"));
        Check("feature_mean_photos_val", originals.Mean().Average(), also);

        void Check(string name, double actual, JsonElement owner)
        {
            double expected = owner.GetProperty(name).GetDouble();
            report.Check(name, actual, expected, Math.Abs(expected) * relative);
        }
    }

    private static FeatureSet Features(MobileNetV2 network, string[] files, Func<Tensor, Tensor> change)
    {
        List<float> values = [];
        foreach (string[] batch in files.Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor bytes = cat([.. batch.Select(file => BlockMeans.Read(file))]);
            values.AddRange(network.Pooled(PerceptualNetworks.ToInput(change(bytes))).data<float>());
        }
        return new FeatureSet([.. values], MobileNetV2.FeatureCount);
    }
}
