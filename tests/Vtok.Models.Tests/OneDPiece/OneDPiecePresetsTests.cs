using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
[DoNotParallelize] // the default device is one setting for the whole process
public sealed class OneDPiecePresetsTests
{
    [TestMethod]
    [DataRow("titok-l32", 641_054_735)]
    [DataRow("titok-b64", 204_814_095)]
    [DataRow("titok-s128", 83_674_639)]
    [DataRow("titok-bl64-vq8k", 390_016_148)]
    [DataRow("titok-bl128-vq8k", 390_179_988)]
    [DataRow("titok-sl256-vq8k", 330_260_884)]
    [DataRow("titok-ll32-vae-c16", 606_879_604)]
    [DataRow("titok-bl64-vae-c16", 389_418_100)]
    [DataRow("titok-bl128-vae-c16", 389_581_940)]
    [DataRow("tatitok-bl32-vq", 390_800_532)]
    [DataRow("tatitok-bl64-vq", 390_882_452)]
    [DataRow("tatitok-bl128-vq", 391_046_292)]
    [DataRow("tatitok-bl32-vae", 390_202_484)]
    [DataRow("tatitok-bl64-vae", 390_284_404)]
    [DataRow("tatitok-sl128-vae", 330_275_188)]
    [DataRow("one-d-piece-s256", 83_871_247)]
    [DataRow("one-d-piece-b256", 205_256_463)]
    [DataRow("one-d-piece-l256", 641_742_863)]
    public void A_preset_has_the_published_number_of_parameters_and_is_recognised_by_its_shapes(string name, long parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        Device before = get_default_device();
        set_default_device(META);
        try
        {
            using OneDPieceNetwork network = new(OneDPiecePresets.Find(name)!.Config);
            Dictionary<string, TensorEntry> entries = network.state_dict().ToDictionary(pair => pair.Key, pair => new TensorEntry(pair.Value.dtype, pair.Value.shape));

            Assert.AreEqual(parameters, network.Config.ApproximateParameters, parameters / 2.0);
            Assert.AreEqual(parameters, entries.Values.Sum(entry => entry.Count));
            Assert.AreEqual(name, OneDPiecePresets.Recognize(entries)?.Name);
        }
        finally
        {
            set_default_device(before);
        }
    }
}
