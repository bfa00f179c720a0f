using Vtok.Models.Lavit;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class LanguageIdsTests
{
    [TestMethod]
    public void Ids_come_back_from_the_language_model_without_words_and_markers()
    {
        LanguageIds places = new();

        int[] written = places.ToLanguage([0, 16383, 7], marked: true);

        CollectionAssert.AreEqual(new[] { 32000, 32002, 48385, 32009, 32001 }, written);
        CollectionAssert.AreEqual(new[] { 0, 16383, 7 }, places.FromLanguage([17, .. written, 3], 16384));
        Assert.ThrowsExactly<ArgumentException>(() => places.FromLanguage([48386], 16384));
    }
}
