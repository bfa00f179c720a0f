using System.Text.Json;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Parity;

namespace Vtok.Models.Tests.Parity;

[TestClass]
public sealed class ProgramTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("llamagen")]
    [DataRow("llamagen/good")]
    public void The_whole_a_family_and_a_single_case_are_walked(string part)
    {
        using var folder = new TemporaryFolder();
        Case(folder, "good", expected: 0f);

        (int exit, string output, _) = Run(Path.Combine(folder.Root, part));

        Assert.AreEqual(0, exit, output);
        StringAssert.Contains(output, "parity: 1 ok, 0 FAIL, 0 not yet, 0 need weights");
    }

    [TestMethod]
    public void A_difference_makes_the_exit_status_1_and_names_the_tensor()
    {
        using var folder = new TemporaryFolder();
        Case(folder, "good", expected: 0f);
        Case(folder, "bad", expected: 5f);

        (int exit, string output, _) = Run(folder.Root);

        Assert.AreEqual(1, exit);
        StringAssert.Contains(output, "w: 1 of 1 outside");
        StringAssert.Contains(output, "parity: 1 ok, 1 FAIL");
    }

    [TestMethod]
    public void One_case_can_be_chosen()
    {
        using var folder = new TemporaryFolder();
        Case(folder, "good", expected: 0f);
        Case(folder, "bad", expected: 5f);

        Assert.AreEqual(0, Run(folder.Root, "--family", "llamagen", "--case", "good").Exit);
        Assert.AreEqual(2, Run(folder.Root, "--case", "none").Exit);
    }

    [TestMethod]
    public void Unknown_kinds_and_files_are_not_yet_and_damaged_cases_fail()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("f/new"));
        Directory.CreateDirectory(folder.File("f/broken"));
        folder.Write("f/new/case.json", """{"family":"f","kind":"k","config":{}}""");
        folder.Write("f/broken/case.json", "{");
        folder.Write("f/manifest-x.json", """{"config":{},"parameters":{},"buffers":{}}""");
        folder.Write("f/known-tokens.json", "{}");

        (int exit, string output, _) = Run(folder.Root, "--json");
        using JsonDocument json = JsonDocument.Parse(output);

        Assert.AreEqual(1, exit);
        Assert.AreEqual(3, json.RootElement.GetProperty("total").GetProperty("not_yet").GetInt32());
        Assert.AreEqual(1, json.RootElement.GetProperty("total").GetProperty("fail").GetInt32());
        Assert.AreEqual(4, json.RootElement.GetProperty("rows").GetArrayLength());
    }

    [TestMethod]
    public void What_is_no_golden_folder_is_3_and_what_does_not_parse_is_2()
    {
        using var folder = new TemporaryFolder();

        Assert.AreEqual(3, Run(folder.Root).Exit);
        Assert.AreEqual(3, Run(folder.File("none")).Exit);
        Assert.AreEqual(2, Run().Exit);
        Assert.AreEqual(2, Run(folder.Root, "--colour").Exit);
        StringAssert.Contains(Run(folder.Root).Errors, "no golden folder");
    }

    /// <summary>A checkpoint case: "w" is 0 in the file and <paramref name="expected"/> in the case.</summary>
    private static void Case(TemporaryFolder folder, string name, float expected)
    {
        using Tensor w = tensor(expected);
        string path = Directory.CreateDirectory(folder.File($"llamagen/{name}")).FullName;
        File.WriteAllBytes(Path.Combine(path, "checkpoint.pt"), PickleBytes.Archive(new PickleBytes().Op("}").Text("w").Tensor("0", 6, 0, [], []).Op("s").End()));
        File.WriteAllText(Path.Combine(path, "case.json"), """{"family":"llamagen","kind":"checkpoint","config":{"file":"checkpoint.pt"},"inputs":[],"outputs":["w"],"tolerances":{"w":0}}""");
        SafetensorsWriter.Write(Path.Combine(path, "io.safetensors"), new Dictionary<string, Tensor> { ["out.w"] = w });
    }

    private static (int Exit, string Output, string Errors) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int exit = Program.Run(arguments, output, errors);
        return (exit, output.ToString(), errors.ToString());
    }
}
