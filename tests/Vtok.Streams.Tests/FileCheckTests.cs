namespace Vtok.Streams.Tests;

[TestClass]
public sealed class FileCheckTests
{
    [TestMethod]
    [DataRow(false, "B129", DisplayName = "CRC-16/IBM-3740: 29B1")]
    [DataRow(true, "839206E3", DisplayName = "CRC-32C: E3069283")]
    public void The_published_check_value_is_met(bool isLong, string expected)
    {
        var check = new FileCheck(isLong);
        check.Add("123456789"u8);
        byte[] bytes = new byte[check.Length];
        check.Write(bytes);

        Assert.AreEqual(expected, Convert.ToHexString(bytes));
    }

    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void Piece_by_piece_gives_the_same_check(bool isLong)
    {
        byte[] data = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 7))];
        var whole = new FileCheck(isLong);
        whole.Add(data);
        byte[] expected = new byte[whole.Length];
        whole.Write(expected);

        for (int split = 0; split <= data.Length; split++)
        {
            var pieces = new FileCheck(isLong);
            pieces.Add(data.AsSpan(0, split));
            pieces.Add(data.AsSpan(split));
            Assert.IsTrue(pieces.Matches(expected));
        }
    }
}
