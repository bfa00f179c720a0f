using System.Text.Json.Nodes;
using CsCheck;
using Vtok.Models.FlexTok;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class PythonLiteralTests
{
    [TestMethod]
    [DataRow("{'a': None, 'b': True, 'c': False}", """{"a":null,"b":true,"c":false}""")]
    [DataRow("{'a': (1, 2,), 'b': [], 'c': ()}", """{"a":[1,2],"b":[],"c":[]}""")]
    [DataRow("[0.25, -3, 1e-05, +7]", "[0.25,-3,0.00001,7]")]
    [DataRow("""{'it\'s': "a 'b'", 'x': '\x41\u0042\n'}""", """{"it's":"a 'b'","x":"AB\n"}""")]
    [DataRow("""{"json": [null, true, {"x": 1.5}]}""", """{"json":[null,true,{"x":1.5}]}""")]
    [DataRow(" 'text' ", "\"text\"")]
    public void Literals_are_read_as_the_values_that_they_stand_for(string text, string expected)
    {
        JsonNode? value = PythonLiteral.Parse(text, "test");

        Assert.IsTrue(JsonNode.DeepEquals(JsonNode.Parse(expected), value), value?.ToJsonString());
    }

    [TestMethod]
    [DataRow("__import__('os')")]
    [DataRow("{'a': open('x')}")]
    [DataRow("{'a': 1 + 1}")]
    [DataRow("{'a': 1, 'a': 2}")]
    [DataRow("{1: 2}")]
    [DataRow("[1 2]")]
    [DataRow("{'a': 1")]
    [DataRow("'open")]
    [DataRow("[inf]")]
    [DataRow("[1] trailing")]
    [DataRow("")]
    public void Anything_else_is_refused(string text)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => PythonLiteral.Parse(text, "metadata vae"));

        StringAssert.StartsWith(error.Message, "metadata vae: ");
        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
    }

    [TestMethod]
    public void Depth_and_length_are_bounded()
    {
        Assert.AreEqual(CheckpointError.TooLarge, Assert.ThrowsExactly<CheckpointException>(() => PythonLiteral.Parse(new string('[', 100_000), "x")).Error);
        Assert.AreEqual(CheckpointError.TooLarge, Assert.ThrowsExactly<CheckpointException>(() => PythonLiteral.Parse(new string(' ', 5 << 20), "x")).Error);
    }

    [TestMethod]
    public void No_text_ends_in_anything_but_a_value_or_a_refusal()
    {
        Gen.String["{}[](),:'\"\\ NoneTrue0.1e-x"].Sample(text =>
        {
            try
            {
                PythonLiteral.Parse(text, "x");
            }
            catch (CheckpointException)
            {
            }
        }, iter: 3000);
    }
}
