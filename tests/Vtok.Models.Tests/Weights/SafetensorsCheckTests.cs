using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class SafetensorsCheckTests
{
    private static readonly Dictionary<string, string> Text = new() { ["note"] = "has \"crc32c\":\"ffffffff\" in it" };

    [TestMethod]
    public void A_flipped_bit_is_seen_wherever_it_is()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string path = folder.File("w.safetensors");
        SafetensorsWriter.WriteChecked(path, new Dictionary<string, Tensor> { ["a"] = arange(6, dtype: ScalarType.Float32), ["b"] = ones(3, dtype: ScalarType.Byte) }, Text);
        byte[] written = File.ReadAllBytes(path);
        using (SafetensorsFile whole = SafetensorsFile.OpenWhole(path))
            Assert.AreEqual(5, whole["a"][5].item<float>());

        int name = written.AsSpan().IndexOf("\"crc32c\":\""u8); // a file whose check has another name has none
        for (int bit = 0; bit < 8 * written.Length; bit++)
        {
            if (bit / 8 > name && bit / 8 <= name + SafetensorsCheck.Name.Length)
                continue;
            byte[] flipped = [.. written];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(path, flipped);

            Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.OpenWhole(path), $"bit {bit} of {8 * written.Length}");
        }
    }

    [TestMethod]
    public void A_file_without_a_check_is_opened_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.File("w.safetensors"), new Dictionary<string, Tensor> { ["a"] = ones(2) }, Text);

        using SafetensorsFile file = SafetensorsFile.OpenWhole(folder.File("w.safetensors"));

        Assert.AreEqual(1, file["a"][0].item<float>());
    }
}
