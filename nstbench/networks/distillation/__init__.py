"""How the embedded backbones are made: students that learn the activations of a teacher."""
