namespace Vtok.Streams.Tests;

[TestClass]
public sealed class VtokReaderTests
{
    [TestMethod]
    public void A_file_reads_back_as_it_was_written()
    {
        int[] ids = Sample.Ids(Sample.Nested, 256);
        VtokFile file = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 768, 512, [ids]);

        byte[] bytes = VtokWriter.Write(file, Sample.Nested);

        Assert.AreEqual(file, VtokReader.Read(bytes, Sample.Nested));
        Assert.HasCount(3 + 1 + 1 + 4 + 4 + 2 + 384 + 2, bytes);
    }
}
