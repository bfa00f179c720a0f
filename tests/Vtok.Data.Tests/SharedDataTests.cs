using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Vtok.Imaging;

namespace Vtok.Data.Tests;

/// <summary>The real data sets, where they lie beside the repository.</summary>
[TestClass]
public sealed class SharedDataTests
{
    private static string Shared(string name, [CallerFilePath] string here = "")
    {
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../shared/data", name));
        if (!Path.Exists(path))
            Assert.Inconclusive($"../shared/data/{name} is not beside the repository");
        return path;
    }

    [TestMethod]
    public void Photos_train_has_its_4096_samples_and_3399_classes()
    {
        string folder = Shared("photos-train");

        using WebDatasetSource source = new(Path.Combine(folder, "photos-train-{000..002}.tar"));

        Assert.AreEqual(4096, source.Count);
        Assert.AreEqual(3399, Enumerable.Range(0, source.Count).Count(i => source.Read(i).ClassId is not null));
    }

    [TestMethod]
    public void Tiny64_has_ten_balanced_classes()
    {
        using ISampleSource source = SampleSource.Open(Path.Combine(Shared("tiny64"), "tiny64-val.zip"), classFromFolder: true);

        Dictionary<int, int> counts = Enumerable.Range(0, source.Count).Select(i => source.Read(i).ClassId!.Value).CountBy(id => id).ToDictionary();

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 10).ToArray(), counts.Keys.ToArray());
        Assert.IsTrue(counts.Values.All(count => count == 350));
    }

    [TestMethod]
    public void Kodak_256_has_its_published_bytes()
    {
        string folder = Shared("kodak");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "kodak.json")));
        string text = json.RootElement.GetRawText();
        using ImageFolderSource source = new(folder);
        ImageLoader loader = new(source, new VipsImageCodec(), new ImageLoaderOptions
        {
            BatchSize = 5,
            Transform = new CenterSquare { Side = 256 },
            Shuffle = false,
            Epochs = 1,
        });

        ImageBatch[] batches = [.. loader.Read()];

        Assert.AreEqual(24, batches.Sum(batch => batch.Count));
        foreach (ImageBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++)
                StringAssert.Contains(text, Convert.ToHexStringLower(SHA256.HashData(batch.Picture(i))), batch.Keys[i]);
        }
    }
}
