using Vtok.Models.Weights;

namespace Vtok.Codec.Tests;

[TestClass]
public class ModelStoreTests
{
    [TestMethod]
    public void Models_are_found_by_name_path_and_key()
    {
        using var folder = new TempFolder();
        FakeOpener.Save(folder["a/one"], IdentityModel.Describe("one", weights: '1'));
        FakeOpener.Save(folder["b/two"], IdentityModel.Describe("two", weights: '2'));
        FakeOpener.Save(folder["elsewhere"], IdentityModel.Describe("three", weights: '3'));
        var store = new ModelStore([folder["a"], folder["b"], folder["missing"]], new FakeOpener());

        Assert.AreEqual(folder["b/two"], store.Find("two").Folder);
        Assert.AreEqual("elsewhere", store.Find(folder["elsewhere"]).Name);
        Assert.AreEqual("one", store.Find(IdentityModel.Describe("x", weights: '1').ComputeFileKey()).Name);
        Assert.IsNull(store.TryFind(123));
        CollectionAssert.AreEqual(new[] { "one", "two" }, store.Described.Select(e => e.Name).ToArray());
    }

    [TestMethod]
    public void A_folder_of_weights_alone_is_a_model_when_it_is_named_by_path()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["bare"]);
        File.WriteAllText(folder["bare/pytorch_model.bin"], "no checkpoint");
        var store = new ModelStore([]);

        CheckpointException error = Assert.ThrowsExactly<CheckpointException>(() => store.Find(folder["bare"]));

        StringAssert.Contains(error.Message, "pytorch_model.bin");
    }

    [TestMethod]
    public void A_missing_model_is_refused_with_the_known_ones()
    {
        using var folder = new TempFolder();
        FakeOpener.Save(folder["one"], IdentityModel.Describe("one"));
        var store = new ModelStore([folder.Path], new FakeOpener());

        ModelStoreException error = Assert.ThrowsExactly<ModelStoreException>(() => store.Find("two"));

        Assert.AreEqual(ModelStoreError.NotFound, error.Reason);
        StringAssert.Contains(error.Message, "known: one");
    }

    [TestMethod]
    public void Copies_of_one_model_are_no_conflict()
    {
        using var folder = new TempFolder();
        FakeOpener.Save(folder["a/one"], IdentityModel.Describe("one"));
        FakeOpener.Save(folder["b/copy"], IdentityModel.Describe("copy"));
        var store = new ModelStore([folder["a"], folder["b"]], new FakeOpener());

        Assert.AreEqual("one", store.Find(IdentityModel.Describe("x").ComputeFileKey()).Name);
    }

    [TestMethod]
    public void A_damaged_description_does_not_hide_the_others()
    {
        using var folder = new TempFolder();
        FakeOpener.Save(folder["good"], IdentityModel.Describe("good"));
        Directory.CreateDirectory(folder["bad"]);
        File.WriteAllText(folder["bad/tokenizer.json"], "{");
        var store = new ModelStore([folder.Path], new FakeOpener());

        Assert.AreEqual("good", store.Described.Single().Name);
        Assert.ThrowsExactly<Vtok.Streams.TokenFileException>(() => store.Find("bad"));
    }

    [TestMethod]
    public void Roots_come_from_the_search_path_and_from_beside_the_program()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["checkpoints"]);

        IReadOnlyList<string> roots = ModelStore.DefaultRoots(folder.Path, $"x{Path.PathSeparator}y{Path.PathSeparator}");

        CollectionAssert.AreEqual(new[] { "x", "y", folder["checkpoints"] }, roots.ToArray());
    }
}
