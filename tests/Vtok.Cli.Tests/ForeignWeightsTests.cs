using System.Text.RegularExpressions;
using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Cli.Tests;

/// <summary>Every family gets the weights of every other one, and half of its own: one line that names a tensor and what was expected.</summary>
[TestClass]
public sealed partial class ForeignWeightsTests
{
    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void Weights_of_another_family_are_refused_with_a_name_that_is_missing(string family)
    {
        using var cli = new CliHarness { Real = true };
        string[] own = Prepare(cli, family);

        foreach (string other in TinyFamilies.Names.Select(row => (string)row[0]).Where(other => other != family))
            Refused(cli, other, Save(cli[other], family, () => TinyFamilies.Weights(other)), own);
    }

    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void Half_of_its_own_weights_are_refused_with_a_name_that_is_missing(string family)
    {
        using var cli = new CliHarness { Real = true };
        string[] own = Prepare(cli, family);

        for (int half = 0; half < 2; half++)
            Refused(cli, $"half{half}", Save(cli[$"half{half}"], family, () => Half(TinyFamilies.Weights(family), half)), own);
    }

    private static string[] Prepare(CliHarness cli, string family)
    {
        NativeTorch.Load();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(32, 32), ImageFormat.Png));
        return Names(family);
    }

    private static void Refused(CliHarness cli, string model, string[] given, string[] own)
    {
        CliResult encoded = cli.Run("encode", cli["a.png"], "--model", cli[model], "-o", cli["a.vtok"]);

        encoded.IsRefusal(4, model);
        Match named = Missing().Match(encoded.Errors);
        Assert.IsTrue(named.Success, encoded.Errors);
        string name = named.Groups["after"].Value + named.Groups["before"].Value;
        Assert.IsTrue(own.Except(given).Any(one => one.StartsWith(name, StringComparison.Ordinal)), encoded.Errors);
        Assert.IsFalse(File.Exists(cli["a.vtok"]));
    }

    // Methods of their own: no TorchSharp type may be touched before libtorch is loaded.
    private static string[] Names(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. TinyFamilies.Weights(family).Keys];
    }

    private static string[] Save(string folder, string family, Func<IReadOnlyDictionary<string, Tensor>> weights)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> tensors = weights();
        ModelFolder.Save(folder, TinyFamilies.Config(family), tensors);
        return [.. tensors.Keys];
    }

    private static Dictionary<string, Tensor> Half(IReadOnlyDictionary<string, Tensor> weights, int which) =>
        weights.Order(Comparer<KeyValuePair<string, Tensor>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key))).Where((_, place) => place % 2 == which).ToDictionary();

    // "12 missing: encoder.blocks.* (12)" or "encoder.norm.weight: missing, expected [8]"
    [GeneratedRegex(@"\d+ missing: (?<after>[^\s*,;]+)|(?<before>\S+): missing, expected \[")]
    private static partial Regex Missing();
}
